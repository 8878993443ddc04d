"""The config of a checkpoint that is given without one."""
import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.apis.checkpoint_configs import (OFFICIAL, config_of,
                                                      num_frames_of)
from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.config_files import config_file
from projects.tc_clip.datasets.pipelines import frames_and_clips
from tests.official_files import LAYOUT_OF, convert_official, write_official


def save_with(path, **meta):
    """Saves a checkpoint with meta data and without weights."""
    torch.save(dict(state_dict={}, meta=meta), path)
    return path


def test_a_checkpoint_carries_its_config(tiny_config, tmp_path):
    path = save_with(tmp_path / 'a.pth', cfg=tiny_config.pretty_text)
    config = config_of(path)
    assert config.model == tiny_config.model
    assert config.val_dataloader.dataset.pipeline == \
        tiny_config.val_dataloader.dataset.pipeline
    path = save_with(path, cfg='a = open("mark", "w")')
    with pytest.raises(ValueError, match='it is not run. Give the config'):
        config_of(path)


@pytest.mark.parametrize('meta', [{}, dict(cfg=3), dict(converted_from='?')])
def test_a_checkpoint_without_config(meta, tmp_path):
    path = save_with(tmp_path / 'a.pth', **meta)
    with pytest.raises(ValueError) as error:
        config_of(path)
    assert str(error.value) == (f'{path} carries no config: give the one that '
                                'it was trained with (--config; in export.py '
                                'before the checkpoint)')


@pytest.mark.parametrize('system', LAYOUT_OF)
def test_official_files_get_the_config_of_their_system(system, tmp_path):
    small, state = write_official(system, tmp_path)
    layout = LAYOUT_OF[system]
    name = OFFICIAL[dict(maxi='vifi_clip').get(layout, layout)]
    whole = Config.fromfile(config_file(name))
    config = config_of(tmp_path / 'official.pth')
    assert config.model.cls_head == whole.model.cls_head
    tells = system in ('X-CLIP', 'A5', 'Vita-CLIP')
    # the small models have 8 frames
    frames = 8 if tells else whole.model.backbone.num_frames
    assert config.model.backbone.num_frames == frames
    for loader in (config.val_dataloader, config.test_dataloader):
        frames_of_views, _ = frames_and_clips(loader.dataset.pipeline)
        assert frames_of_views == frames
    ours = convert_official(system, small, tmp_path)
    again = config_of(ours)
    assert again.model.backbone == config.model.backbone


def test_every_layout_but_towers_has_a_config():
    assert LAYOUTS.keys() - OFFICIAL.keys() == {'mmpretrain'}
    for name in OFFICIAL.values():
        assert config_file(name).is_file()


@pytest.mark.parametrize('layout, keys, frames', [
    ('x_clip', {
        'neck.positions': (8, 4)
    }, 8),
    ('vita_clip', {
        'backbone.time_embedding': (5, 4)
    }, 5),
    ('action_clip', {
        'neck.positions': (77, 4)
    }, None),
    ('tc_clip', {}, None),
])
def test_frames_are_counted_in_positions(layout, keys, frames):
    state = {key: torch.ones(shape) for key, shape in keys.items()}
    state['backbone.positional_embedding'] = torch.ones(5, 4)
    assert num_frames_of(layout, state) == frames
    if frames is None:
        state['backbone.positional_embedding'] = torch.ones(3, 5, 4)
        assert num_frames_of(layout, state) == 3
