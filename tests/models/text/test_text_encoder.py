"""Sharing the text trunk changes no number."""
import pytest
import torch
from open_clip.tokenizer import SimpleTokenizer

from projects.tc_clip.clip.towers import clip_config, text_tower
from tests import small
from tests.reference.naive import naive_text
from tests.small import FINE_ARCH, changed, perturb

ARCH = changed(FINE_ARCH, text=dict(layers=12))
NAMES = ['run', 'throwing something in the air and catching it', 'ski_jump']


def make_head(**options):
    """Builds a float64 head with weights far from their initial values."""
    head = small.make_head(NAMES, arch=ARCH, **options).double().train()
    head.init_weights()
    return perturb(head, by=0.3)


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
    head = small.make_head(NAMES, arch=arch, num_prompts=0, prompt_layers=[])
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
