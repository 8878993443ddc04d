"""Sharing the text trunk changes no number."""
import pytest
import torch
from mmaction.registry import MODELS
from open_clip.tokenizer import SimpleTokenizer

from projects.tc_clip.clip.towers import clip_config, text_tower
from tests.reference.naive import naive_text

ARCH = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=2, width=16, head_width=8, patch_size=16),
    text_cfg=dict(width=16, heads=2, layers=12))
NAMES = ['run', 'throwing something in the air and catching it', 'ski_jump']


def make_head(**options):
    """Builds a float64 head with weights far from their initial values."""
    torch.manual_seed(0)
    head = MODELS.build(
        dict(type='TCCLIPHead', class_names=NAMES, arch=ARCH,
             **options)).double()
    head.init_weights()
    for p in head.parameters():
        p.data += 0.3 * torch.randn_like(p)
    return head


@pytest.mark.parametrize('layers', [[12], [9], [6, 12], [1], [-1, -2]])
def test_shared_trunk_equals_loop_over_videos(layers):
    head = make_head(prompt_layers=layers)
    context = torch.randn(3, len(layers), 5, 16, dtype=torch.float64)
    with torch.no_grad():
        wanted = naive_text(head, context)
        head.train()
        torch.testing.assert_close(
            head.encode_text(context), wanted, rtol=0, atol=1e-9)
        head.eval()
        for _ in range(2):  # the second time from the stored trunk
            torch.testing.assert_close(
                head.encode_text(context), wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize('quick_gelu', [True, False])
def test_fixed_prompt_equals_open_clip(quick_gelu):
    arch = dict(ARCH, quick_gelu=quick_gelu)
    torch.manual_seed(1)
    tower = text_tower(clip_config(arch))
    head = MODELS.build(
        dict(
            type='TCCLIPHead',
            class_names=NAMES,
            arch=arch,
            num_prompts=0,
            prompt_layers=[]))
    head.text_encoder.load_state_dict(tower.state_dict())
    texts = SimpleTokenizer()([f'a photo of a {n}.' for n in NAMES], 77)
    with torch.no_grad():
        torch.testing.assert_close(
            head.encode_text()[0], tower(texts), rtol=0, atol=1e-5)


def test_gradient_reaches_text_but_not_the_context():
    context = torch.randn(2, 1, 5, 16, dtype=torch.float64).requires_grad_()
    for detach in (True, False):
        head = make_head(detach_context=detach)
        head.zero_grad()
        head.encode_text(context).square().sum().backward()
        assert (context.grad is None) == detach
        missing = [n for n, p in head.named_parameters() if p.grad is None]
        assert missing == [
            'logit_scale', 'text_encoder.token_embedding.weight'
        ]


def test_prompting_starts_as_the_clip_block_of_its_index():
    head = MODELS.build(
        dict(
            type='TCCLIPHead',
            class_names=NAMES,
            arch=ARCH,
            prompt_layers=[3, -1]))
    blocks = head.text_encoder.transformer.resblocks
    for block in (blocks[2], blocks[11]):
        torch.nn.init.normal_(block.ln_1.weight)
    head.init_weights()
    for layer, block in zip(head.prompting.layers, (blocks[2], blocks[11])):
        assert layer.attn.in_proj_weight.equal(block.attn.in_proj_weight)
        assert layer.ln_1_kv.weight.equal(block.ln_1.weight)
        assert layer.ln_1_kv.weight is not block.ln_1.weight
