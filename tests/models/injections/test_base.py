"""Where further tokens enter a block, and what holds for all that do."""
import pytest
import torch
from mmaction.registry import MODELS

from projects.tc_clip.models.injections import TokenInjection, TowerShape
from projects.tc_clip.models.joining import dry_run
from tests.small import CONTEXT, make_tower, make_vit

INJECTIONS = [
    dict(type='MessageTokens'),
    dict(type='VitaTokens', num_global=2),
    dict(type='DeepVisualPrompts', num_prompts=3, depth=2),
    dict(type='TemporalShift'),
]
CLIPS = torch.randn(2, 3, 3, 32, 48, dtype=torch.float64)
every_injection = pytest.mark.parametrize(
    'injection', INJECTIONS, ids=[part['type'] for part in INJECTIONS])


def test_no_tokens_are_added():
    tokens = torch.randn(2, 3, 5, 8)
    assert TokenInjection().insert(tokens, layer=1) is tokens
    assert not TokenInjection().state_dict()


def test_the_vision_tower_adds_none_unless_it_is_told_to():
    names = {type(module) for module in make_vit().modules()}
    assert TokenInjection in names


def test_the_tower_tells_its_sizes():
    sizes = []

    @MODELS.register_module()
    class Sized(TokenInjection):

        def __init__(self, tower, more):
            super().__init__(tower)
            sizes.append((tower, more))

    make_vit(injection=dict(type='Sized', more=7), num_frames=5)
    MODELS.module_dict.pop('Sized')
    assert sizes == [(TowerShape(32, 3, 2, 5, 192), 7)]


def run(injection, reference=CONTEXT, **options):
    """Returns outputs and gradients of a tower with an injection."""
    torch.manual_seed(0)
    vit = make_tower(
        reference,
        injection=injection,
        num_frames=3,
        context_layers=[-1],
        **options)
    feature, context = vit(CLIPS)
    (feature.square().sum() + context.square().sum()).backward()
    return feature, context, {n: p.grad for n, p in vit.named_parameters()}


@every_injection
def test_every_parameter_learns_and_checkpointing_keeps_numbers(injection):
    feature, context, grads = run(injection)
    assert context.shape == (2, 1, 6, 24)
    assert [n for n, grad in grads.items() if grad is None] == []
    assert all(grad.abs().max() > 1e-6 for n, grad in grads.items()
               if n.startswith('injection.') and 'in_proj_bias' not in n)
    lean = run(injection, with_cp=True)
    torch.testing.assert_close(lean, (feature, context, grads))


@every_injection
@pytest.mark.parametrize('reference', [
    'FrameWise', 'CrossFrame', 'WindowExpansion', 'JointSpaceTime',
    'HeadWiseContext'
])
def test_injections_join_all_temporal_models(injection, reference):
    given = dict(type=reference)
    if reference == 'HeadWiseContext':
        given = dict(CONTEXT, type=reference)
    feature, _, grads = run(
        injection, given, bias=reference == 'HeadWiseContext')
    assert feature.isfinite().all()
    assert [n for n, grad in grads.items() if grad is None] == []


@every_injection
def test_shapes_are_found_without_values(injection):
    vit = make_vit(injection=injection, num_frames=3, out='feature')
    assert dry_run(vit, (2, 3, 3, 32, 32)).shape == (2, 24)


@every_injection
def test_inference_gives_the_numbers_of_training(injection):
    vit = make_tower(CONTEXT, injection=injection, num_frames=3, out='feature')
    with torch.no_grad():
        inferred = vit.eval()(CLIPS)
    torch.testing.assert_close(vit.train()(CLIPS), inferred)
    with torch.autocast('cpu', torch.bfloat16), torch.no_grad():
        low = vit.eval().float()(CLIPS.float())
    error = (low - inferred).norm() / inferred.norm()
    assert error < 0.2
