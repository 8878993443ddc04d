"""docs/parts.md lists what is registered."""
import pytest
from mmaction.registry import MODELS

from projects.tc_clip.parts import page, registered, slot_of
from tests.small import ROOT


def test_the_page_is_made_from_the_registries():
    found = (ROOT / 'docs/parts.md').read_text()
    assert found == page(), 'run python tools/index_configs.py'


def test_parts_are_classes_of_this_package():
    parts = dict(registered())
    assert parts['TCCLIPViT'] is MODELS.get('TCCLIPViT')
    # of the package's own registry; MMAction2 has one of this name, too
    assert parts['SampleFrames'].__module__.startswith('projects.tc_clip.')
    assert 'TimeSformerHead' not in parts


def test_a_module_or_its_folder_says_where_a_part_is_named():
    assert slot_of('models.necks.frame_mean') == '`model.neck`'
    assert slot_of('models.text.wordings') == '`model.cls_head.aggregate`'
    with pytest.raises(KeyError):
        slot_of('compat.releases')
