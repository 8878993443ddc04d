"""Vita-CLIP's prompts from their formulas, and clips of other lengths."""
import pytest
import torch

from projects.tc_clip.models.injections import TowerShape, VitaTokens
from tests.reference import blocks

CLIPS = torch.randn(2, 3, 4, 32, 48, dtype=torch.float64)
SHAPE = TowerShape(
    width=32, depth=3, heads=2, num_frames=4, patch_values=3 * 8 * 8)


def make(**options):
    """Builds a small tower for clips of 4 frames with random weights."""
    return blocks.frame_wise_tower(
        dict(type='VitaTokens', **options), num_frames=4)


@torch.no_grad()
@pytest.mark.parametrize('options', [{},
                                     dict(summary=False, num_global=0),
                                     dict(local=False, num_global=3),
                                     dict(summary=False, local=False)])
def test_frames_equal_a_loop_over_frames_and_heads(options):
    vit = make(**options)
    chosen = dict(dict(summary=True, local=True, num_global=8), **options)

    def prompts(layer, frames):
        rows = [[] for _ in frames]
        if chosen['summary'] or chosen['local']:
            part = vit.injection.layers[layer - 1]
            c = torch.stack([part.cls_proj(x[0]) for x in frames])
        for t in range(len(frames)):
            if chosen['summary']:
                attended = blocks.attention(part.summary_attn,
                                            part.summary_ln(c), 2)
                rows[t].append(c[t] + attended[t])
            if chosen['local']:
                rows[t] += [part.local_prompts[s] + c[s] for s in range(4)]
            if chosen['num_global']:
                rows[t] += list(vit.injection.global_prompts[layer - 1])
        return [torch.stack(row) for row in rows]

    torch.testing.assert_close(
        vit(CLIPS)[0], blocks.encode_frames(vit, CLIPS, prompts))


@torch.no_grad()
def test_clips_of_another_length_are_refused_or_cut_into_runs():
    with pytest.raises(ValueError, match='8 frames, but VitaTokens has prom'):
        make()(torch.cat((CLIPS, CLIPS), 2))
    vit = make(cut_into_runs=True)
    torch.testing.assert_close(
        vit(torch.cat((CLIPS, 2 * CLIPS), 2))[0],
        torch.cat((vit(CLIPS)[0], vit(2 * CLIPS)[0]), 1))
    # two short videos are one run
    tokens = torch.randn(2, 2, 5, 32, dtype=torch.float64)
    torch.testing.assert_close(
        vit.injection.insert(tokens, 2).flatten(0, 1),
        vit.injection.insert(tokens.view(1, 4, 5, 32), 2)[0])
    with pytest.raises(ValueError, match='2 clips of 3 frames cannot be cut'):
        vit(CLIPS[:, :, :3])


def test_initial_values():
    injection = VitaTokens(SHAPE)
    layer = injection.layers[1]
    bound = (6 / (192 + 32))**0.5
    for prompts in (injection.global_prompts, layer.local_prompts):
        assert 0.9 * bound < prompts.abs().max() <= bound
    bound = (6 / 64)**0.5  # of one projection, not of three fused ones
    for weight in (*layer.summary_attn.in_proj_weight.chunk(3),
                   layer.summary_attn.out_proj.weight):
        assert 0.9 * bound < weight.abs().max() <= bound


def test_names_and_parts_that_are_left_out():
    names = set(VitaTokens(SHAPE).state_dict())
    assert {n
            for n in names if n.endswith(('prompts', 'cls_proj.bias'))} == {
                'global_prompts',
                *(f'layers.{i}.local_prompts' for i in range(3)),
                *(f'layers.{i}.cls_proj.bias' for i in range(3))
            }
    assert VitaTokens(SHAPE).global_prompts.shape == (3, 8, 32)
    assert VitaTokens(SHAPE).layers[0].local_prompts.shape == (4, 32)
    only_global = VitaTokens(SHAPE, summary=False, local=False)
    assert set(only_global.state_dict()) == {'global_prompts'}
    with pytest.raises(ValueError, match='adds no tokens'):
        VitaTokens(SHAPE, summary=False, local=False, num_global=0)
