"""The whole model equals the textbook version in ``tests/reference``."""
import torch
from mmaction.registry import MODELS

from tests.reference.naive import naive_logits

ARCH = dict(
    embed_dim=24,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=3, width=32, head_width=16, patch_size=8),
    text_cfg=dict(width=24, heads=2, layers=3))


def make_model():
    """Builds a small float64 model with weights far from their initials."""
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='TCCLIPRecognizer',
            backbone=dict(
                type='TCCLIPViT',
                arch=ARCH,
                reference=dict(
                    type='ContextTokens',
                    num_tokens=6,
                    seed_ratio=0.5,
                    merge_step=4)),
            cls_head=dict(
                type='TCCLIPHead', class_names=['run', 'ski_jump', 'swim'])))
    for p in model.parameters():
        p.data += 0.1 * torch.randn_like(p)
    return model.double()


def test_logits_and_gradients_equal_the_textbook_version():
    model = make_model()
    clips = torch.randn(2, 3, 4, 32, 32, dtype=torch.float64)
    results = []
    for score in (lambda x: model.cls_head(model.backbone(x)),
                  lambda x: naive_logits(model, x, 30)):
        model.zero_grad()
        logits = score(clips)
        logits.logsumexp(1).sum().backward()
        results.append(
            (logits,
             [p.grad.clone() for p in model.parameters() if p.requires_grad]))
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-9)
