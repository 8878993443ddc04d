"""Exported files under MMAction2's interface, and files that are not ours."""
import json
import sys

import pytest
import torch
from mmaction.structures import ActionDataSample

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.deployment import export
from projects.tc_clip.models.recognizers.onnx_recognizer import (
    OnnxRecognizer, onnx_config, tuples)
from tests.exported_models import NAMES, needs_torch

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
pytest.importorskip('onnxscript')
pytestmark = needs_torch


def test_file_tells_classes_and_transforms(exported):
    inferencer, path = exported(dynamic=True)
    config = onnx_config(path)
    assert config.model == dict(type='OnnxRecognizer', file=str(path))
    assert OnnxRecognizer(config.model.file).class_names == NAMES
    assert [dict(s) for s in config.val_dataloader.dataset.pipeline
            ] == [dict(s) for s in inferencer.pipeline_config]
    assert len(config.test_dataloader.dataset.pipeline) == len(
        inferencer.cfg.test_dataloader.dataset.pipeline)
    texts = {p.key: p.value for p in onnx.load(path).metadata_props}
    assert json.loads(texts['mean']) == pytest.approx(
        [123.675, 116.28, 103.53])
    assert json.loads(texts['versions'])['torch'] == torch.__version__


def test_scores_are_laid_out_as_in_a_test(exported):
    inferencer, path = exported(dynamic=True)
    recognizer = OnnxRecognizer(str(path))
    assert not list(recognizer.parameters())
    clips = export.random_pixels((3, 4, 32, 32), 6).byte().unflatten(0, (2, 3))
    eager, graph = (
        model.test_step(
            dict(
                inputs=list(clips),
                data_samples=[ActionDataSample(),
                              ActionDataSample()]))
        for model in (inferencer.model, recognizer))
    for expected, got in zip(eager, graph):
        assert got.pred_score.shape == (3, 4)
        torch.testing.assert_close(
            got.pred_score, expected.pred_score, atol=1e-4, rtol=0)
        assert got.pred_label.tolist() == expected.pred_label.tolist()


def test_tuples_keep_lists_of_steps():
    step = dict(type='A', scale=[-1, 256], steps=[dict(crop=[2, [3]])])
    assert tuples(step) == dict(
        type='A', scale=(-1, 256), steps=[dict(crop=(2, (3, )))])


def test_refuses_clips_of_another_size_and_other_modes(exported):
    _, path = exported(dynamic=True)
    recognizer = OnnxRecognizer(str(path))
    clips = torch.zeros(1, 1, 3, 8, 32, 32)
    with pytest.raises(ValueError, match=r'\(3, 8, 32, 32\).*\(3, 4, 32, 32'):
        recognizer(clips, [ActionDataSample()])
    with pytest.raises(ValueError, match="mode='loss'"):
        recognizer(clips, [ActionDataSample()], mode='loss')


def test_labels_of_a_file_are_fixed(exported):
    _, path = exported(dynamic=True)
    with pytest.raises(ValueError, match='tools/export.py'):
        TCCLIPInferencer(str(path), class_names=['run'])


def test_refuses_files_that_are_not_ours(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.onnx'):
        onnx_config(tmp_path / 'none.onnx')
    broken = tmp_path / 'broken.onnx'
    broken.write_bytes(b'no graph')
    with pytest.raises(ValueError, match='cannot open'):
        onnx_config(broken)
    value = onnx.helper.make_tensor_value_info('x', 1, [1])
    out = onnx.helper.make_tensor_value_info('y', 1, [1])
    node = onnx.helper.make_node('Identity', ['x'], ['y'])
    graph = onnx.helper.make_graph([node], 'other', [value], [out])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid('', 18)], ir_version=10)
    onnx.save(model, tmp_path / 'other.onnx')
    with pytest.raises(ValueError, match='not written by tools/export.py'):
        onnx_config(tmp_path / 'other.onnx')


def test_names_missing_packages_and_providers(exported, monkeypatch):
    _, path = exported(dynamic=True)
    with pytest.raises(ValueError, match='no NoneExecutionProvider'):
        OnnxRecognizer(str(path), ['NoneExecutionProvider'])
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(ImportError, match='pip install onnxruntime'):
        onnx_config(path)
