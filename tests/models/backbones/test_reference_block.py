"""A layer of the vision tower against CLIP's, and who sees what."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.clip.towers import clip_config, vision_tower
from projects.tc_clip.models.backbones.reference_block import (LayerTask,
                                                               ReferenceBlock)
from projects.tc_clip.models.injections import TokenInjection
from tests.small import ARCH, CONTEXT, perturb

B, T, N, D = 2, 3, 17, 32


@pytest.fixture
def clip_block():
    """A block of CLIP whose weights are far from their initial values."""
    torch.manual_seed(0)
    tower = vision_tower(clip_config(ARCH)).double()
    return perturb(tower.transformer.resblocks[0], by=0.1)


@pytest.fixture
def tokens():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(B, T, N, D, generator=generator, dtype=torch.float64)


def run(block, tokens, reference=dict(type='FrameWise'), **task):
    """Encodes tokens with a new temporal model."""
    return block(tokens, MODELS.build(reference), TokenInjection(),
                 LayerTask(**dict(dict(layer=2), **task)))


def test_without_references_it_is_clips_block(clip_block, tokens):
    block = ReferenceBlock(clip_block, bias=False)
    assert block.state_dict().keys() == clip_block.state_dict().keys()
    out, context = run(block, tokens)
    want = clip_block(tokens.flatten(0, 1)).view_as(tokens)
    torch.testing.assert_close(out, want)
    assert context is None


def test_only_cls_tokens_are_encoded_where_nobody_reads_others(
        clip_block, tokens):
    block = ReferenceBlock(clip_block, bias=True).double()
    given = dict(reference=CONTEXT, context=tokens[:, 0, 1:7])
    whole, made = run(block, tokens, **given)
    cls, same = run(block, tokens, cls_only=True, **given)
    torch.testing.assert_close(cls, whole[:, :, :1])
    assert same.tokens.equal(made.tokens)
    assert run(block, tokens, make_context=False, **given)[1] is None


def test_context_tokens_pass_the_feed_forward_layers(clip_block, tokens):
    """One context token of all patches is the mean before these layers."""
    block = ReferenceBlock(clip_block, bias=False)
    one = dict(CONTEXT, num_tokens=1, seed_ratio=1., merge_step=99)
    _, context = run(block, tokens, one)
    attended, _ = clip_block.attn(*[block.ln_1(tokens.flatten(0, 1))] * 3)
    patches = (tokens + attended.view_as(tokens))[:, :, 1:].flatten(1, 2)
    want = block.feed_forward(patches.mean(1, keepdim=True))
    torch.testing.assert_close(context.tokens, want)


def test_the_bias_decides_between_own_and_context_tokens(clip_block, tokens):
    block = ReferenceBlock(clip_block, bias=True).double()
    given = dict(reference=CONTEXT, context=tokens[:, 0, 1:7])
    with torch.no_grad():
        block.local_global_bias.zero_()
        even = run(block, tokens, **given)[0]
        block.local_global_bias[..., 1] = -1e3  # references weigh nothing
        own = run(block, tokens, **given)[0]
        alone = clip_block(tokens.flatten(0, 1)).view_as(tokens)
    torch.testing.assert_close(own, alone)
    assert (even - alone).abs().max() > 1e-2
