"""Official files are recognised by their keys, and converted in memory."""
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.runner import load_checkpoint

from projects.tc_clip.clip.foreign_files import LAYOUTS, read_file
from projects.tc_clip.clip.recognition import (foreign_state, nearest_layout,
                                               recognise)
from tests.clip.layouts.cases import official_keys
from tests.clip.test_conversion import mmpretrain_tower
from tests.official_files import LAYOUT_OF, convert_official, write_official
from tests.small import ARCH, TINY_ARCH, make_model, save_clip, score

TOKENS = 'cls_head.text_encoder.token_embedding.weight'


@pytest.mark.parametrize('system', LAYOUT_OF)
def test_official_files_of_all_systems(system, tmp_path):
    config, wanted = write_official(system, tmp_path)
    file = read_file(tmp_path / 'official.pth')
    found = recognise(file)
    # MAXI's files have the keys of ViFi-CLIP's
    layout = LAYOUT_OF[system]
    assert found.layout == dict(maxi='vifi_clip').get(layout, layout)
    for key, value in found.state.items():
        assert value.equal(wanted[key]), key
    torch.manual_seed(2)
    official, converted = (MODELS.build(config.model) for _ in range(2))
    load_checkpoint(official, str(tmp_path / 'official.pth'), strict=True)
    ours = convert_official(system, config, tmp_path)
    load_checkpoint(converted, str(ours), strict=True)
    state = converted.state_dict()
    for key, value in official.state_dict().items():
        assert value.equal(state[key]) and value.equal(wanted[key]), key


@pytest.mark.parametrize('case, layout', [
    ('default_t4', 'tc_clip'),
    ('vifi_t4', 'vifi_clip'),
    ('xclip_t4', 'x_clip'),
    ('vita_t4', 'vita_clip'),
    ('a5_t4', 'a5'),
    ('openvclip_t4', 'open_vclip'),
    ('froster_t4', 'froster'),
    ('ost_t4', 'ost'),
    ('maxi_t4', 'vifi_clip'),
])
def test_keys_of_the_official_code(case, layout):
    keys = official_keys(case)
    state = {key: torch.empty(keys[key], device='meta') for key in keys}
    assert recognise(dict(model=state)).layout == layout


def test_clip_and_towers_of_mmpretrain(tmp_path):
    clip = save_clip(tmp_path / 'clip.pt', TINY_ARCH)
    assert recognise(clip).layout == 'openai'
    found = recognise(dict(state_dict=mmpretrain_tower(clip)))
    assert found.layout == 'mmpretrain'
    assert 'backbone.ln_post.bias' in found.state


def test_files_of_this_project_are_left_alone():
    state = make_model().state_dict()
    for content in (state, dict(state_dict=state,
                                meta=dict(epoch=1)), dict(epoch=1), {}):
        assert foreign_state(content) is None
        assert recognise(content) is None and nearest_layout(content) == ''


def test_several_layouts():
    with pytest.raises(ValueError, match='^The layouts .*tc_clip.* fit all n'):
        recognise({'prompt_learner.ctx': torch.ones(2, 3)})


def test_files_of_no_layout():
    state = LAYOUTS['x_clip'].write(
        {
            'neck.positions': torch.ones(4, 3),
            'cls_head.logit_scale': torch.ones(()),
            TOKENS: torch.ones(5, 3)
        }, {})
    state['mit.extra'] = torch.ones(1)
    assert recognise(state) is None
    assert nearest_layout(state) == (
        'It is most like the layout x_clip, which does not have 1 of its 4 '
        'names: mit.extra.')
    assert nearest_layout({'conv.weight': torch.ones(1)}) == ''
    with pytest.raises(ValueError, match='most like the layout x_clip'):
        make_model().load_state_dict(state)


def test_other_shapes_than_expected_are_no_fit():
    state = {
        'visual_projection.weight': torch.ones(2, 3, 4),
        'logit_scale': torch.ones(())
    }
    assert recognise(state) is None


def test_what_a_file_lacks_comes_from_the_clip_of_the_model(tmp_path):
    config, wanted = write_official('ViFi-CLIP', tmp_path)
    config.model.backbone.pretrained = None
    with pytest.raises(ValueError) as error:
        load_checkpoint(
            MODELS.build(config.model), str(tmp_path / 'official.pth'))
    assert str(error.value) == (
        f'The checkpoint has the layout vifi_clip, and does not hold {TOKENS}:'
        ' name the CLIP that it was made from, as '
        'model.backbone.pretrained=openai or a file of CLIP')
    config.model.backbone.pretrained = str(tmp_path / 'other.pt')
    save_clip(tmp_path / 'other.pt', TINY_ARCH)
    with pytest.raises(ValueError, match='and its CLIP are not of one archit'):
        load_checkpoint(
            MODELS.build(config.model), str(tmp_path / 'official.pth'))


def test_a_clip_that_cannot_be_read(tmp_path, monkeypatch):
    config, _ = write_official('ViFi-CLIP', tmp_path)

    def read(*args):
        raise OSError('no network')

    monkeypatch.setattr('projects.tc_clip.clip.recognition.clip_state', read)
    with pytest.raises(OSError) as error:
        load_checkpoint(
            MODELS.build(config.model), str(tmp_path / 'official.pth'))
    assert str(error.value) == (
        f'The checkpoint does not hold {TOKENS}, and the CLIP '
        f"'{tmp_path}/clip.pt' that has it cannot be read: name a file of it, "
        'as model.backbone.pretrained=ViT-B-16.pt (no network)')


def test_a_whole_file_of_clip_needs_no_other_one(tmp_path):
    """A model without added parts takes CLIP as its checkpoint."""
    options = dict(
        backbone=dict(reference=None, local_global_bias=False),
        cls_head=dict(num_prompts=0, prompt_init=None, prompt_layers=[]))
    clip = save_clip(tmp_path / 'clip.pt', ARCH)
    model, other = make_model(**options), make_model(seed=5, **options)
    model.load_state_dict(clip)
    other.load_state_dict(recognise(clip).state)
    assert score(model.eval()).equal(score(other.eval()))
