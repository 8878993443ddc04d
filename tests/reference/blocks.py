"""Attention and blocks of CLIP from their formulas, one head at a time."""
import torch
from torch import nn

from tests.small import make_tower


@torch.no_grad()
def frame_wise_tower(injection, **options):
    """Builds a frame-wise tower in which tokens have much influence.

    Args:
        injection: config of the module that adds them.
        options: further options of the tower.
    """
    tower = make_tower(
        dict(type='FrameWise'), injection=injection, out='frames', **options)
    for module in tower.modules():
        if isinstance(module, nn.LayerNorm):
            module.weight += 1
    return tower


def attention(attn, x, heads):
    """MHSA of a sequence ``(L, D)``, with the layers of torch's attention."""
    query, key, value = (x @ attn.in_proj_weight.T + attn.in_proj_bias).chunk(
        3, -1)
    width, rows = x.shape[-1] // heads, []
    for h in range(heads):
        own = slice(h * width, (h + 1) * width)
        logits = query[:, own] @ key[:, own].T / width**0.5
        rows.append(logits.softmax(-1) @ value[:, own])
    return attn.out_proj(torch.cat(rows, -1))


def attend(block, x, heads):
    """First half of a CLIP block, for a sequence ``(L, D)``."""
    return x + attention(block.attn, block.ln_1(x), heads)


def feed_forward(block, x):
    """Second half of a CLIP block."""
    return x + block.mlp(block.ln_2(x))


def encode_frames(vit, clips, make_tokens, heads=2):
    """Frame features ``(B, T, E)`` of a tower whose layers get further tokens.

    Args:
        vit: a tower with ``reference=dict(type='FrameWise')``.
        clips: ``(B, 3, T, H, W)``.
        make_tokens: gets the number of a layer and the frames of a video, a
            list of ``(N, D)``; returns as many ``(J, D)``, which are cut off
            before the feed forward layers.
        heads: attention heads of the tower.
    """
    videos = []
    for frames in vit.embed(clips):
        frames = list(frames)
        for layer, block in enumerate(vit.transformer.resblocks, 1):
            added = make_tokens(layer, frames)
            frames = [
                feed_forward(
                    block,
                    attend(block, torch.cat((x, more)), heads)[:len(x)])
                for x, more in zip(frames, added)
            ]
        videos.append(torch.stack([vit.project(x[0]) for x in frames]))
    return torch.stack(videos)
