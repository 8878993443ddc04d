"""A type of a config names a registered part, or is refused."""
import json
import os
import sys

import pytest
from mmaction.registry import TRANSFORMS

from projects.tc_clip.allowed_types import check_types, is_part
from projects.tc_clip.models.recognizers.onnx_recognizer import read_metadata


@pytest.mark.parametrize('kind', [
    'os.system', 'subprocess.run', 'mmengine.load', 'mmpretrain.get_model',
    'mmaction.apis.init_recognizer', 'antigravity', '__main__', 7, None
])
def test_types_that_are_no_parts(kind):
    assert not is_part(kind)
    assert 'antigravity' not in sys.modules


@pytest.mark.parametrize('kind', [
    'TCCLIPViT', 'PackActionInputs', 'mmpretrain.ConvNeXt',
    'projects.tc_clip.SampleFrames', 'a_name_of_nothing'
])
def test_types_that_are_parts(kind):
    assert is_part(kind)


@pytest.mark.parametrize('config', [
    dict(type='os.system'),
    [dict(type='Flip', then=(dict(type='os.system'), ))],
    dict(a=dict(type='system', _scope_='os')),
])
def test_types_are_found_at_any_depth(config):
    with pytest.raises(ValueError) as error:
        check_types(config, 'a.pth', 'do this')
    assert str(error.value) == ("a.pth has type='os.system', which is not a "
                                'registered part: do this')
    check_types([dict(type='Flip')], 'a.pth', '')


class Session:
    """An exported model with this pipeline in its metadata."""

    def __init__(self, pipeline):
        texts = dict(
            class_names='["a"]', pipeline=pipeline, test_pipeline='[]')
        self.custom_metadata_map = texts

    def get_modelmeta(self):
        return self


def test_an_exported_model_cannot_name_a_function(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    step = dict(type='os.system', command='touch mark')
    with pytest.raises(ValueError, match="^a.onnx: .*type='os.system'"):
        read_metadata(Session(json.dumps([step])), 'a.onnx')
    assert os.listdir() == []
    TRANSFORMS.build(step)  # would run it
    assert os.listdir() == ['mark']
    for text in 'no JSON', '[' * 100_000:
        with pytest.raises(ValueError, match='^a.onnx: its metadata is not'):
            read_metadata(Session(text), 'a.onnx')
