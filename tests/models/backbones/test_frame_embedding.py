"""Positions of frames and of time, and frames of other sizes."""
import pytest
import torch

from projects.tc_clip.models.backbones import positions
from projects.tc_clip.models.backbones.positions import resize_positions
from tests.small import ARCH, changed, make_vit, spy


def test_joint_positions_start_as_clips_and_hold_the_frames():
    space = make_vit()
    joint = make_vit(pos_embed='joint', num_frames=4)
    clips = torch.randn(1, 3, 4, 32, 32)
    state = space.state_dict()
    state['positional_embedding'] = space.positional_embedding.repeat(4, 1, 1)
    joint.load_state_dict(state)
    with torch.no_grad():
        torch.testing.assert_close(joint(clips)[0], space(clips)[0])
    with pytest.raises(ValueError, match="A clip has 3 frames, but pos_embed"):
        joint(clips[:, :, :3])


def test_single_frames_say_what_to_write():
    with pytest.raises(
            ValueError, match=r'use_whole_clips\(_base_, num_frames'):
        make_vit()(torch.randn(8, 3, 32, 32))


@pytest.mark.parametrize('pos_embed', ['space', 'joint'])
def test_other_frame_sizes_are_said_once(pos_embed, monkeypatch):
    said = spy(monkeypatch, positions, 'print_log')
    vit = make_vit(pos_embed=pos_embed, num_frames=2)
    with torch.no_grad():
        whole = vit(torch.randn(1, 3, 2, 32, 32))
        for _ in range(2):
            feature, _ = vit(torch.randn(1, 3, 2, 18, 32))
    assert feature.shape == whole.feature.shape
    (message, ), = said
    assert message.startswith('Frames have 2 x 4 patches, but the tower was '
                              'made for 4 x 4')


def test_other_frame_sizes_use_interpolated_positions():
    vit = make_vit(reference=dict(type='FrameWise'), local_global_bias=False)
    other = make_vit(
        arch=changed(ARCH, vision=dict(image_size=(16, 32))),
        reference=dict(type='FrameWise'),
        local_global_bias=False)
    weights = vit.state_dict()
    weights['positional_embedding'] = resize_positions(
        weights['positional_embedding'], (4, 4), (2, 4))
    other.load_state_dict(weights)
    clips = torch.randn(2, 3, 2, 16, 32)
    with torch.no_grad():
        torch.testing.assert_close(vit(clips).feature, other(clips).feature)


def test_each_token_of_a_frame_gets_its_time():
    vit = make_vit(pos_embed='space+time', num_frames=3)
    assert vit.time_embedding.shape == (3, 32)
    with torch.no_grad():
        vit.time_embedding.normal_()
        clips = torch.randn(2, 3, 3, 32, 32)
        tokens = vit.embed(clips)
        for t in range(3):
            patches = vit.conv1(clips[:, :, t]).flatten(2).transpose(1, 2)
            cls = vit.class_embedding.expand(2, 1, -1)
            frame = torch.cat((cls, patches), 1) + vit.positional_embedding
            torch.testing.assert_close(
                tokens[:, t], vit.ln_pre(frame + vit.time_embedding[t]))
    with pytest.raises(ValueError, match='pos_embed=.space.time. holds'):
        vit(clips[:, :, :2])


def test_time_is_stretched_where_that_is_asked_for():
    vit = make_vit(pos_embed='space+time', num_frames=3, stretch_time=True)
    repeated = make_vit(pos_embed='space+time', num_frames=6)
    weights = vit.state_dict()
    weights['time_embedding'] = vit.time_embedding.repeat_interleave(2, 0)
    repeated.load_state_dict(weights)
    clips = torch.randn(1, 3, 6, 32, 32)
    with torch.no_grad():
        assert vit(clips).feature.equal(repeated(clips).feature)


def test_initial_time_and_bias():
    vit = make_vit(pos_embed='space+time', num_frames=300, patch_bias=True)
    assert 0.019 < vit.time_embedding.std() < 0.021
    assert vit.conv1.bias.equal(torch.zeros(32))
    assert make_vit().conv1.bias is None


def test_patch_bias_joins_every_patch():
    vit = make_vit(patch_bias=True)
    clips = torch.randn(1, 3, 2, 32, 32)
    with torch.no_grad():
        vit.ln_pre = torch.nn.Identity()
        before = vit.embed(clips)
        vit.conv1.bias.copy_(torch.arange(32.))
        change = vit.embed(clips) - before
    assert change[:, :, 0].abs().max() == 0
    torch.testing.assert_close(change[:, :, 1:],
                               torch.arange(32.).expand(1, 2, 16, -1))
