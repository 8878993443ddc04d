"""The vision tower compiles as one graph, merging included."""
import pytest
import torch
from mmaction.registry import MODELS

ARCH = dict(
    embed_dim=24,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=3, width=32, head_width=16, patch_size=8),
    text_cfg=dict(width=16, heads=2, layers=3))


@pytest.mark.parametrize('training', [True, False])
def test_no_graph_breaks(training):
    torch.manual_seed(0)
    tower = MODELS.build(
        dict(
            type='TCCLIPViT',
            arch=ARCH,
            context_layers=[-1],
            reference=dict(
                type='ContextTokens',
                num_tokens=6,
                seed_ratio=0.5,
                merge_step=4))).train(training)
    clips = torch.randn(2, 3, 4, 32, 32)
    with torch.set_grad_enabled(training):
        explained = torch._dynamo.explain(tower)(clips)
        assert explained.graph_break_count == 0, explained.break_reasons
        assert explained.graph_count == 1
        compiled = torch.compile(tower, backend='eager', fullgraph=True)
        torch.testing.assert_close(compiled(clips), tower(clips))
