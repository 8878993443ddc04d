"""The gradient at interpolated weights, against a slow version."""
import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmengine.logging import MessageHub
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper

from projects.tc_clip.clip.ensemble import clip_state
from projects.tc_clip.engine.hooks import InterpolatedWeightsHook
from projects.tc_clip.engine.hooks.interpolated_weights import \
    InterpolatedWeights
from tests.models.heads.test_contrast import make_samples
from tests.small import ARCH, make_model, perturb, save_clip

CLIP_GRAD = 0.3  # below the norms of the gradients


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / 'clip.pt'
    save_clip(path, seed=1)
    return str(path)


def make(clip, **options):
    """Builds a small Open-VCLIP that is not at CLIP's weights any more."""
    model = make_model(
        backbone=dict(
            reference=dict(type='WindowExpansion'),
            local_global_bias=False,
            pretrained=clip,
            out='frames'),
        cls_head=dict(
            similarity=dict(type='FrameLogits'),
            num_prompts=0,
            prompt_layers=[]),
        data_preprocessor=dict(
            type='ActionDataPreprocessor', to_float32=False),
        **dict(
            dict(trainable=['backbone', 'cls_head.logit_scale']), **options))
    model.init_weights()
    torch.manual_seed(2)
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.add_(0.05 * torch.randn_like(p))
    return model.double().train()


def make_data(*videos):
    """Returns the batch of some of four videos."""
    random = torch.Generator().manual_seed(3)
    clips = torch.randn(4, 1, 3, 2, 32, 32, generator=random).double()
    return dict(
        inputs=[clips[i] for i in videos],
        data_samples=make_samples(*([2, 0, 1, 1][i] for i in videos)))


def make_runner(model, counts=1, optimizer=None, wrapper=OptimWrapper):
    """Returns what the hook reads of a runner."""
    module = getattr(model, 'module', model)
    optimizer = optimizer or torch.optim.AdamW(
        [p for p in module.parameters() if p.requires_grad], lr=1e-3)
    return SimpleNamespace(
        model=model,
        optim_wrapper=wrapper(
            optimizer,
            accumulative_counts=counts,
            clip_grad=dict(max_norm=CLIP_GRAD)),
        seed=5,
        iter=0,
        message_hub=MessageHub.get_instance('interpolation'))


def train(runner, batches, hook):
    """Trains as MMEngine's loop does; returns the shares that were drawn."""
    hook.before_train(runner)
    shares = []
    for i, data in enumerate(batches):
        hook.before_train_iter(runner, i, data)
        runner.model.train_step(data, runner.optim_wrapper)
        runner.iter += 1
        shares.append(hook.share)
    return shares


def slow_train(model, batches, shares, clip, weight=0.5):
    """Trains with a copy of the model for each interpolated point."""
    clip = clip_state(ARCH, clip)
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    adam = torch.optim.AdamW(trained.values(), lr=1e-3)

    def gradients(one, data):
        losses = one(**one.data_preprocessor(data, True), mode='loss')
        own = dict(one.named_parameters())
        return torch.autograd.grad(losses['loss_cls'],
                                   [own[name] for name in trained])

    for data, share in zip(batches, shares):
        other = copy.deepcopy(model)
        own = dict(other.named_parameters())
        with torch.no_grad():
            for name in trained:
                near = share * clip[name].double()
                own[name].copy_(near + (1 - share) * own[name])
        for p, first, second in zip(trained.values(), gradients(other, data),
                                    gradients(model, data)):
            p.grad = weight * first + second
        torch.nn.utils.clip_grad_norm_(trained.values(), CLIP_GRAD)
        adam.step()
    return model


def assert_equal(model, other):
    for (name, p), q in zip(model.named_parameters(), other.parameters()):
        torch.testing.assert_close(p, q, rtol=1e-10, atol=1e-12, msg=name)


@pytest.mark.parametrize(
    'trainable',
    [
        ['backbone', 'cls_head.logit_scale'],
        ['.*'],  # the text tower too
    ])
def test_steps_equal_those_with_copies_of_the_model(clip, trainable):
    batches = [make_data(0, 1), make_data(2, 3)]
    model, slow = (make(clip, trainable=trainable) for _ in range(2))
    before = copy.deepcopy(model.state_dict())
    shares = train(make_runner(model), batches, InterpolatedWeightsHook())
    assert_equal(model, slow_train(slow, batches, shares, clip))
    assert len({*shares}) == 2
    plain = make(clip, trainable=trainable)
    runner = make_runner(plain)
    for data in batches:
        plain.train_step(data, runner.optim_wrapper)
    moved = max((model.state_dict()[key] - value).abs().max()
                for key, value in before.items())
    gap = max((p - q).abs().max()
              for p, q in zip(model.parameters(), plain.parameters()))
    assert gap > 0.1 * moved > 0


def test_accumulated_batches_equal_a_large_one(clip):
    small, large = make(clip), make(clip)
    batches = [make_data(i) for i in (0, 1, 2, 3)]
    hook = InterpolatedWeightsHook()
    shares = train(make_runner(small, counts=2), batches, hook)
    assert shares[0] == shares[1] != shares[2] == shares[3]
    assert_equal(
        small,
        slow_train(large, [make_data(0, 1), make_data(2, 3)], shares[::2],
                   clip))


class Scaled(OptimWrapper):
    """Multiplies gradients as a GradScaler does."""

    def backward(self, loss, **kwargs):
        super().backward(1024 * loss, **kwargs)

    def step(self, **kwargs):
        for group in self.optimizer.param_groups:
            for p in group['params']:
                p.grad /= 1024
        super().step(**kwargs)


def test_both_losses_have_the_scale_of_mixed_precision(clip):
    batches = [make_data(0, 1), make_data(2, 3)]
    model, slow = make(clip), make(clip)
    shares = train(
        make_runner(model, wrapper=Scaled), batches, InterpolatedWeightsHook())
    assert_equal(model, slow_train(slow, batches, shares, clip))


def test_weights_come_back_bit_by_bit(clip):
    model = perturb(make(clip).float(), 0.1)
    named = dict(model.named_parameters())
    before = copy.deepcopy(model.state_dict())
    targets = {name: torch.ones(p.shape[-1:]) for name, p in named.items()}
    weights = InterpolatedWeights(named, targets)
    with pytest.raises(KeyError), weights.use(0.3):
        for name, p in named.items():
            torch.testing.assert_close(p, 0.3 + 0.7 * before[name])
        raise KeyError
    assert all(
        value.equal(before[key]) for key, value in model.state_dict().items())


def test_shares_follow_from_seed_and_iteration():
    hook = InterpolatedWeightsHook()
    shares = np.array([
        hook.draw(SimpleNamespace(seed=seed, iter=i)) for seed in range(2)
        for i in range(1000)
    ])
    assert shares.min() >= 0 and 0.59 < shares.max() <= 0.6
    assert abs(shares.mean() - 0.3) < 0.012 and len({*shares}) == 2000
    assert hook.draw(SimpleNamespace(seed=1, iter=7)) == shares[1007]


def test_loss_at_the_interpolated_weights_is_logged(clip):
    model, data = make(clip), make_data(0, 1)
    runner, hook = make_runner(model), InterpolatedWeightsHook(loss_weight=2.)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0, data)
    with hook.weights.use(hook.share):
        losses = model(**model.data_preprocessor(data, True), mode='loss')
    logged = runner.message_hub.get_scalar('train/loss_interpolated').current()
    assert logged == pytest.approx(
        2 * float(losses["loss_cls"].detach()), rel=1e-12)


@pytest.mark.parametrize('options, message', [
    (dict(max_share=0.), 'max_share=0.0 must be above 0'),
    (dict(max_share=1.1), 'max_share=1.1 must be .* at most 1'),
    (dict(loss_weight=-1.), 'loss_weight=-1.0 must be above 0'),
])
def test_options_out_of_their_range(options, message):
    with pytest.raises(ValueError, match=message):
        InterpolatedWeightsHook(**options)


def test_a_model_without_trained_weights_of_clip(clip):
    hook = InterpolatedWeightsHook()
    model = make(clip).requires_grad_(False)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.)
    with pytest.raises(ValueError, match='all are frozen: change trainable'):
        hook.before_train(make_runner(model, optimizer=optimizer))
    model.backbone.pretrained = None
    with pytest.raises(ValueError, match='pretrained=None: CLIP cannot'):
        hook.before_train(make_runner(model, optimizer=optimizer))


def run_process(rank, clip, folder, counts):
    """Trains on half of every batch, in one of two processes."""
    from mmengine.registry import init_default_scope
    torch.set_num_threads(1)
    init_default_scope('mmaction')
    dist.init_process_group(
        'gloo',
        init_method=f'file://{folder}/join{counts}',
        rank=rank,
        world_size=2)
    model = make(clip)
    runner = make_runner(MMDistributedDataParallel(model), counts)
    batches = [make_data(rank), make_data(2 + rank)]
    shares = train(runner, batches, InterpolatedWeightsHook())
    torch.save((shares, model.state_dict()), f'{folder}/{rank}.pth')
    dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.parametrize('counts', [1, 2])
def test_two_processes_train_as_one(clip, tmp_path, counts):
    torch.multiprocessing.spawn(
        run_process, (clip, str(tmp_path), counts), nprocs=2)
    (shares, state), (others, other) = (
        torch.load(tmp_path / f'{rank}.pth') for rank in range(2))
    assert shares == others
    assert all(value.equal(other[key]) for key, value in state.items())
    batches = [make_data(0, 1), make_data(2, 3)]
    if counts == 2:  # one step of four videos
        batches, shares = [make_data(0, 1, 2, 3)], shares[:1]
    model = make(clip)
    model.load_state_dict(state)
    assert_equal(model, slow_train(make(clip), batches, shares, clip))
