"""Context tokens of every head, and each row of the ablations in a tower."""
import pytest
import torch

from projects.tc_clip.models import ContextTokens, HeadWiseContext
from projects.tc_clip.models.attention import AttentionCall, with_references
from tests.reference import selection as slow
from tests.reference.summaries import merge_slowly
from tests.small import ARCH, changed, make_vit

B, T, H, P, M, D = 2, 3, 2, 10, 4, 8
SMALL = dict(num_tokens=5, seed_ratio=0.4, merge_step=3)
SALIENCY = dict(type='PatchSaliencySelection', sharpen=True)
ROWS = dict(
    no_selection=dict(selection=dict(type='NoSelection'), seed_ratio=1.),
    key_norm=dict(selection=dict(type='KeyNormSelection', per_head=True)),
    saliency=dict(selection=dict(type='PatchSaliencySelection')),
    ats=dict(selection=dict(type='ATSSelection')),
    no_merge=dict(summary=dict(type='NoMerge')),
    random=dict(summary=dict(type='RandomMerge')),
    kmeans=dict(summary=dict(type='KMeansMerge')),
    dpc_knn=dict(summary=dict(type='DPCKNNMerge')),
    attention_weights=dict(seed_weights=dict(type='CLSAttentionSelection')),
    saliency_weights=dict(weights=SALIENCY),
    saliency_of_sources=dict(
        weights=SALIENCY,
        summary=dict(type='BipartiteSummary', weight_side='source')),
    heads=dict(type='HeadWiseContext'),
)


def make_layer(heads=H):
    """Returns tokens and the attention of a layer that reads references."""
    torch.manual_seed(0)
    query, key, value = torch.randn(3, B, T, heads, 1 + P, D).double()
    references = torch.randn(2, B, 1, heads, M, D).double()
    inputs = with_references(query, key, value, tuple(references),
                             torch.randn(heads, 1, 2).double())
    return torch.randn(B, T, 1 + P, heads * D).double(), inputs


@pytest.mark.parametrize('selection, formula', [
    ('CLSAttentionSelection', slow.cls_attention_slowly),
    ('KeyNormSelection', slow.key_norms_slowly),
])
def test_head_wise_context_equals_slow_version(selection, formula):
    tokens, inputs = make_layer()
    reference = HeadWiseContext(selection=dict(type=selection), **SMALL)
    made = reference(tokens, inputs)
    assert made.tokens.shape == (B, 5, H * D)
    assert made.seed_index.shape == made.token_of_seed.shape == (B, T, H, 4)
    scores = [formula(frame) for frame in slow.frames(inputs)]
    for b in range(B):
        for h in range(H):
            picked = [slow.falling(scores[b * T + t][h])[:4] for t in range(T)]
            assert made.seed_index[b, :, h].tolist() == picked
            own = slice(h * D, (h + 1) * D)
            seeds = torch.cat([
                tokens[b, t, [1 + i for i in frame], own]
                for t, frame in enumerate(picked)
            ])
            expected, groups = merge_slowly(seeds, 5, 3)
            torch.testing.assert_close(made.tokens[b, :, own], expected)
            token_of_seed = made.token_of_seed[b, :, h].flatten()
            for i, group in enumerate(groups):
                assert (
                    token_of_seed == i).nonzero().flatten().tolist() == group


@pytest.mark.parametrize('weights', [None, dict(type='KeyNormSelection')])
def test_one_head_is_a_plain_context(weights):
    tokens, inputs = make_layer(heads=1)
    plain = ContextTokens(weights=weights, **SMALL)(tokens, inputs)
    made = HeadWiseContext(weights=weights, **SMALL)(tokens, inputs)
    torch.testing.assert_close(made.tokens, plain.tokens)
    assert made.seed_index[:, :, 0].equal(plain.seed_index)
    assert made.token_of_seed[:, :, 0].equal(plain.token_of_seed)


def test_heads_do_not_mix():
    tokens, inputs = make_layer()
    made = HeadWiseContext(**SMALL)(tokens, inputs)
    tokens[..., D:] += 1  # the second head's slice
    key = inputs.key.clone()
    key[:, :, 1] += torch.randn_like(key[:, :, 1])
    again = HeadWiseContext(**SMALL)(tokens, inputs._replace(key=key))
    assert again.tokens[..., :D].equal(made.tokens[..., :D])
    assert again.seed_index[:, :, 0].equal(made.seed_index[:, :, 0])
    assert not again.seed_index[:, :, 1].equal(made.seed_index[:, :, 1])


def test_gradient_reaches_the_seeds_of_every_head():
    tokens, inputs = make_layer()
    leaves = [x.requires_grad_() for x in (tokens, *inputs)]
    inputs = AttentionCall(*leaves[1:])
    made = HeadWiseContext(**SMALL)(tokens, inputs)
    made.tokens.sum().backward()
    # (B, T, P, H): whether a head's slice of a patch has a gradient
    reached = tokens.grad[:, :, 1:].unflatten(-1, (H, D)).ne(0).all(-1)
    seeds = torch.zeros(B, T, H, P).scatter(3, made.seed_index, 1).bool()
    assert reached.equal(seeds.transpose(2, 3))
    assert all(x.grad is None for x in inputs)


@pytest.mark.parametrize('row', ROWS)
def test_rows_of_the_ablations_train_in_a_tower(row):
    reference = {'type': 'ContextTokens', **SMALL, **ROWS[row]}
    arch = changed(ARCH, quick_gelu=True)
    tower = make_vit(
        arch=arch, context_layers=[-1], reference=reference).train()
    feature, context = tower(torch.randn(2, 3, 4, 32, 32))
    # 6 of 16 patches are seeds in each of 4 frames
    assert context.shape == (2, 1, 24 if row == 'no_merge' else 5, 24)
    (feature.sum() + context.sum()).backward()
    grads = [p.grad for p in tower.parameters()]
    assert all(g is not None and g.isfinite().all() for g in grads)


def test_no_selection_needs_all_patches():
    reference = ContextTokens(selection=dict(type='NoSelection'))
    with pytest.raises(ValueError, match=r'num_seeds=3.*seed_ratio=1\.0'):
        reference(*make_layer())
