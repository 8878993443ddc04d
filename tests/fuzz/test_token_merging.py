"""What holds for all seeds that are merged to context tokens."""
import torch
from hypothesis import given
from hypothesis import strategies as st

from projects.tc_clip.models import ContextTokens
from projects.tc_clip.models.attention import AttentionCall
from projects.tc_clip.models.references.token_merging import (BipartiteSummary,
                                                              merge_schedule)

SELECTIONS = [
    dict(type='CLSAttentionSelection'),
    dict(type='CLSAttentionSelection', per_head=True),
    dict(type='KeyNormSelection', per_head=True),
    dict(type='KeyNormSelection', largest=False),
    dict(type='PatchSaliencySelection'),
    dict(type='ATSSelection'),
]
SIDES = st.sampled_from(['both', 'source'])


@st.composite
def merges(draw, dtype=torch.float64, levels=(0, 1, 2)):
    """Draws seeds (B, M, D), the number of tokens, and the step.

    With one or two levels, most seeds are equal, and all zero for level 0.
    """
    size = st.integers(1, 40)
    batch, seeds, width = draw(st.integers(1, 3)), draw(size), draw(
        st.integers(1, 5))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 999)))
    shape = batch, seeds, width
    level = draw(st.sampled_from(levels))
    x = torch.randint(-level, level + 1, shape, generator=generator)
    if level == max(levels):
        x = torch.randn(shape, generator=generator)
    return x.to(dtype), draw(st.integers(1, seeds)), draw(size)


def weights_like(seeds, seed=0):
    """Returns weights (B, M, 1), some of them zero."""
    weights = torch.rand(
        *seeds.shape[:2], 1, generator=torch.Generator().manual_seed(seed))
    return (weights - 0.3).clamp_min(0).to(seeds.dtype)


def sizes_of(merged):
    """Returns how many seeds each token holds, (B, k)."""
    groups = torch.nn.functional.one_hot(merged.token_of_seed,
                                         merged.tokens.shape[1])
    return groups.sum(1)


@given(st.integers(1, 3000), st.integers(1, 200), st.integers(1, 500))
def test_rounds_end_at_the_count_and_halve_at_most(seeds, tokens, step):
    rounds = merge_schedule(seeds, tokens, step)
    assert seeds - sum(rounds) == min(seeds, tokens)
    for count in rounds:
        assert 0 < count <= seeds // 2
        seeds -= count


@given(merges())
def test_sizes_and_weighted_sums_are_those_of_the_seeds(drawn):
    seeds, count, step = drawn
    merged = BipartiteSummary()(seeds, count, step)
    sizes = sizes_of(merged)
    assert merged.tokens.shape == (len(seeds), count, seeds.shape[2])
    assert (sizes >= 1).all() and (sizes.sum(1) == seeds.shape[1]).all()
    total = (merged.tokens * sizes.unsqueeze(-1)).sum(1)
    torch.testing.assert_close(total, seeds.sum(1))


@given(merges(), SIDES, st.integers(0, 99))
def test_weighted_tokens_lie_between_their_seeds(drawn, side, seed):
    seeds, count, step = drawn
    merged = BipartiteSummary(side)(seeds, count, step,
                                    weights_like(seeds, seed))
    assert (sizes_of(merged) >= 1).all()
    for video, tokens, groups in zip(seeds, *merged):
        for i, token in enumerate(tokens):
            held = video[groups == i]
            assert (token >= held.amin(0) - 1e-9).all()
            assert (token <= held.amax(0) + 1e-9).all()


@given(merges(levels=(2, )), SIDES, st.randoms(use_true_random=False))
def test_the_order_of_videos_does_not_matter(drawn, side, random):
    seeds, count, step = drawn
    order = random.sample(range(len(seeds)), len(seeds))
    weights = weights_like(seeds)
    summary = BipartiteSummary(side)
    merged = summary(seeds, count, step, weights)
    moved = summary(seeds[order], count, step, weights[order])
    assert torch.equal(moved.token_of_seed, merged.token_of_seed[order])
    torch.testing.assert_close(moved.tokens, merged.tokens[order])


@given(merges(levels=(0, 1, 9)))
def test_equal_seeds_are_merged_in_the_same_way_every_time(drawn):
    seeds, count, step = drawn
    first = BipartiteSummary()(seeds, count, step)
    strided = seeds.transpose(1, 2).contiguous().transpose(1, 2)
    for again in (seeds, seeds.clone(), strided):
        second = BipartiteSummary()(again, count, step)
        assert torch.equal(first.token_of_seed, second.token_of_seed)
        assert torch.equal(first.tokens, second.tokens)


@given(merges(torch.float32), st.sampled_from([torch.float16, torch.bfloat16]))
def test_half_precision_only_rounds_the_result(drawn, dtype):
    seeds, count, step = drawn
    narrow = BipartiteSummary()(seeds.to(dtype), count, step)
    wide = BipartiteSummary()(seeds.to(dtype).float(), count, step)
    assert narrow.tokens.dtype == dtype
    assert torch.equal(narrow.token_of_seed, wide.token_of_seed)
    assert torch.equal(narrow.tokens, wide.tokens.to(dtype))


@given(
    st.sampled_from(SELECTIONS), st.integers(1, 30), st.floats(0.01, 1),
    st.integers(1, 40), st.integers(0, 99), st.booleans())
def test_seeds_of_a_frame_are_different_patches(selection, patches, ratio,
                                                tokens, seed, tied):
    generator = torch.Generator().manual_seed(seed)
    shape = 3, 2, 2, 2, 1 + patches, 4  # query, key and value of 2 heads
    qkv = torch.randn(shape, generator=generator)
    call = AttentionCall(*(qkv.round() if tied else qkv))
    frames = torch.randn(2, 2, 1 + patches, 8, generator=generator)
    made = ContextTokens(tokens, ratio, 3, selection)(frames, call)
    count = max(int(ratio * patches), 1)
    assert made.tokens.shape == (2, min(tokens, 2 * count), 8)
    index = made.seed_index
    assert index.shape == (2, 2, count)
    assert index.min() >= 0 and index.max() < patches
    assert (index.sort(-1).values.diff(dim=-1) > 0).all()
