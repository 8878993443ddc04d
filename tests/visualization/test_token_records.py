import numpy as np
import pytest
import torch

from projects.tc_clip.visualization import TokenRecorder
from projects.tc_clip.visualization.token_records import group_map
from tests.small import make_tower

B, T, GRID = 2, 5, (4, 6)
CONTEXT = dict(num_tokens=7, seed_ratio=0.4, merge_step=10)
SEEDS = 9  # of 24 patches
REFERENCES = dict(
    frame_wise=dict(type='FrameWise'),
    cross_frame=dict(type='CrossFrame'),
    other_frames=dict(type='CrossFrame', include_own=False),
    window=dict(type='WindowExpansion'),
    patches_of_window=dict(
        type='WindowExpansion', window=2, include_cls=False, boundary='mask'),
    clamped_window=dict(type='WindowExpansion', boundary='clamp'),
    joint=dict(type='JointSpaceTime'),
    context=dict(type='ContextTokens', **CONTEXT),
    context_of_heads=dict(type='HeadWiseContext', **CONTEXT))
ALL = pytest.mark.parametrize('name', [*REFERENCES])
OWN = pytest.mark.parametrize('name', ['context', 'context_of_heads'])


@pytest.fixture
def tower(name):
    """The tower of a temporal model; its last layer makes context too."""
    return make_tower(
        REFERENCES[name], bias=name != 'joint', context_layers=[-1])


def make_clips(seed=0, batch=B):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(
        batch, 3, T, 32, 48, dtype=torch.float64, generator=generator)


def record(tower):
    """Returns a recorder of a forward, and what each block was given."""
    seen = []
    handles = [
        block.register_forward_hook(lambda block, args, output: seen.append(
            (block, args, output))) for block in tower.transformer.resblocks
    ]
    with torch.no_grad(), TokenRecorder(tower) as recorder:
        tower(make_clips())
    for handle in handles:
        handle.remove()
    return recorder, seen


# --- attention --------------------------------------------------------------


def tokens_beside(name, video, t, context):
    """Returns what frame t reads beside itself: tokens and zero keys."""
    last = len(video) - 1
    frames = [i for i in range(t - 1, t + 2) if i != t]
    if name == 'cross_frame':
        return [frame[0] for frame in video], 0
    if name == 'other_frames':
        return [frame[0] for i, frame in enumerate(video) if i != t], 0
    if name == 'window':
        inside = [i for i in frames if 0 <= i <= last]
        zeros = (len(frames) - len(inside)) * len(video[0])
        return [token for i in inside for token in video[i]], zeros
    if name == 'patches_of_window':
        inside = [i for i in range(t - 2, t + 3) if 0 <= i <= last and i != t]
        return [token for i in inside for token in video[i][1:]], 0
    if name == 'clamped_window':
        inside = [min(max(i, 0), last) for i in frames]
        return [token for i in inside for token in video[i]], 0
    if name == 'joint':
        others = [i for i in range(len(video)) if i != t]
        return [token for i in others for token in video[i]], 0
    return [] if context is None else [*context], 0


def explicit_attention(block, own, references, zeros):
    """Returns what the first of own tokens attends to, averaged over heads."""
    attn, bias = block.attn, block.local_global_bias
    tokens = block.ln_1(torch.stack([*own, *references]))
    (to_query, to_key, _), (query_bias, key_bias, _) = (
        p.chunk(3) for p in (attn.in_proj_weight, attn.in_proj_bias))
    query = to_query @ tokens[0] + query_bias
    keys = tokens @ to_key.T + key_bias
    keys = torch.cat((keys, keys.new_zeros(zeros, keys.shape[1])))
    rows = []
    for h in range(attn.num_heads):
        part = slice(h * attn.head_dim, (h + 1) * attn.head_dim)
        logits = keys[:, part] @ query[part] / attn.head_dim**0.5
        if bias is not None:
            logits[:len(own)] += bias[h, 0, 0]
            logits[len(own):] += bias[h, 0, 1]
        rows.append(logits.exp() / logits.exp().sum())
    return torch.stack(rows).mean(0)[1:len(own)]


@ALL
@torch.no_grad()
def test_attention_equals_an_explicit_softmax(tower, name):
    recorder, seen = record(tower)
    for clip in range(B):
        maps = recorder.maps(clip)
        assert [m.layer for m in maps] == [1, 2, 3]
        for layer, (block, args, _) in zip(maps, seen):
            assert layer.attention.dtype == np.float32
            assert layer.attention.shape == (T, *GRID)
            tokens, context = args[0], args[3].context
            for t, own in enumerate(tokens[clip]):
                wanted = explicit_attention(
                    block, own,
                    *tokens_beside(name, tokens[clip], t,
                                   None if context is None else context[clip]))
                np.testing.assert_allclose(
                    layer.attention[t].ravel(), wanted, rtol=1e-6)


# --- groups -----------------------------------------------------------------


@OWN
@pytest.mark.parametrize('head', [0, 1])
def test_groups_are_the_owners_of_seeds(tower, name, head):
    recorder, seen = record(tower)
    for clip in range(B):
        for layer, (_, _, output) in zip(recorder.maps(clip, head), seen):
            wanted = np.full((T, *GRID), -1)
            _, seeds, token_of_seed = (x[clip].tolist() for x in output[1])
            for t in range(T):
                if name == 'context_of_heads':
                    seeds[t], token_of_seed[t] = seeds[t][head], token_of_seed[
                        t][head]
                for patch, token in zip(seeds[t], token_of_seed[t]):
                    wanted[t, patch // GRID[1], patch % GRID[1]] = token
            assert layer.groups.dtype == np.int16
            assert (layer.groups == wanted).all()
            assert ((layer.groups >= 0).sum((1, 2)) == SEEDS).all()
            assert set(layer.groups.flat) == {-1, *range(7)}


@pytest.mark.parametrize('name', ['frame_wise', 'joint'])
def test_models_without_context_tokens_have_no_groups(tower, name):
    assert all(m.groups is None for m in record(tower)[0].maps())


def test_a_last_layer_without_context_tokens_is_recorded():
    tower = make_tower(REFERENCES['context'])
    first, second, last = record(tower)[0].maps()
    assert first.groups is not None and second.groups is not None
    assert last.groups is None and last.attention.max() > 0


def test_tokens_that_stay_in_the_tower_are_not_on_the_maps():
    tower = make_tower(
        REFERENCES['context'],
        injection=dict(type='DeepVisualPrompts', num_prompts=3, depth=2))
    for layer in record(tower)[0].maps():
        assert layer.attention.shape == (T, *GRID)
        assert (layer.attention.sum((1, 2)) < 1).all()  # prompts get a share


def test_more_groups_than_int16_counts_are_refused():
    with pytest.raises(ValueError, match='32769 context tokens'):
        group_map(np.array([[0]]), np.array([[1 << 15]]), 4)


# --- while the model runs ---------------------------------------------------


@ALL
@torch.no_grad()
def test_the_output_stays_the_same_bits(tower, name):
    wanted = tower(make_clips())
    with TokenRecorder(tower):
        recorded = tower(make_clips())
    assert all(map(torch.equal, recorded, wanted))


@pytest.mark.parametrize('name', ['context'])
def test_views_of_several_forwards_are_counted_on(tower, name):
    with torch.no_grad(), TokenRecorder(tower) as recorder:
        tower(make_clips(seed=1))
        tower(make_clips())
    wanted = record(tower)[0].maps(1)
    assert len(recorder.maps()) == 3
    assert (recorder.maps(B + 1)[2].attention == wanted[2].attention).all()


def hooks(tower):
    return sum(
        len(m._forward_hooks) + len(m._forward_pre_hooks)
        for m in tower.modules())


@pytest.mark.parametrize('name', ['context'])
def test_hooks_are_gone_afterwards(tower, name):
    with TokenRecorder(tower) as recorder:
        assert hooks(tower) == 4
        tower(make_clips())
    assert hooks(tower) == 0
    with pytest.raises(ValueError, match='sees whole clips'):
        with recorder:
            tower(make_clips()[:, :, 0])
    assert hooks(tower) == 0
    with pytest.raises(ValueError, match='Nothing is recorded'):
        recorder.maps()


@pytest.mark.parametrize('name', ['context'])
def test_what_cannot_be_recorded_is_named(tower, name):
    with pytest.raises(ValueError, match='Linear has no tokens'):
        TokenRecorder(torch.nn.Linear(1, 1))
    with pytest.raises(
            ValueError, match='view=2 was not recorded: .* views 0 to 1'):
        record(tower)[0].maps(2)
