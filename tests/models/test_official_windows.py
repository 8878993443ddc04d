"""Open-VCLIP and FROSTER compute what their official code computes.

Everything runs in float64, through configs, converters and hooks; see
``tests/reference/official_weights.py`` for where the numbers come from.
"""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper

from projects.tc_clip.clip import ensemble
from projects.tc_clip.clip.foreign_files import LAYOUTS
from projects.tc_clip.engine.hooks import InterpolatedWeightsHook
from projects.tc_clip.models.losses.residual_distillation import \
    residual_feature
from tests.models.test_official_systems import SYSTEMS, System, close, sample
from tests.reference import official_weights as official
from tests.small import CONFIGS, DATA, make_head


class WindowSystem(System):
    """A system whose frames are compared one by one."""

    @torch.no_grad()
    def check_inference(self):
        """Compares layers, frames, and logits of frames and videos."""
        layers = []
        blocks = self.model.backbone.transformer.resblocks
        for i in (0, 5, 11):
            blocks[i].register_forward_hook(
                lambda block, inputs, out: layers.append(out[0][:, :, 0]))
        model, head, arrays = self.model.eval(), self.model.cls_head, \
            self.arrays
        frames = model.backbone(self.clips)
        close(torch.stack(layers), arrays['cls_by_layer'], 1e-5)
        close(frames.feature, arrays['frame_features'], 1e-5)
        text = F.normalize(head.encode_text()[0], dim=-1)
        logits = F.normalize(frames.feature, dim=-1) @ text.T
        close(head.logit_scale.exp() * logits, arrays['frame_logits'], 1e-8)
        close(head(frames), arrays['logits'], 1e-8)

    def batch(self):
        """Returns the batch as a data loader gives it."""
        self.model.data_preprocessor = MODELS.build(
            dict(type='ActionDataPreprocessor', to_float32=False))
        return dict(
            inputs=[clip[None] for clip in self.clips],
            data_samples=[*map(sample, self.case['labels'])])

    def check_gradients(self, gradients, norms, prefix):
        """Compares gradients by our names with the official ones."""
        parameters = dict(self.model.named_parameters())
        found = self.official({
            name:
            torch.full_like(p, torch.nan)
            if gradients.get(name) is None else gradients[name]
            for name, p in parameters.items()
        })
        assert found.keys() <= norms.keys()
        for key, norm in norms.items():
            if norm is None:
                assert key not in found or found[key].isnan().all(), key
                continue
            # those of key biases are rounding
            assert abs(found[key].norm() - norm) < 1e-8 * norm + 1e-12, key
            if f'{prefix}.{key}' in self.arrays:
                close(found[key], self.arrays[f'{prefix}.{key}'], 1e-8)


def gradients_of(model):
    """Returns copies of the gradients by name."""
    return {
        name: None if p.grad is None else p.grad.clone()
        for name, p in model.named_parameters()
    }


class Recorder(OptimWrapper):
    """Keeps the gradients of a step from before they are clipped."""

    def __init__(self, model):
        trained = [p for p in model.parameters() if p.requires_grad]
        super().__init__(
            torch.optim.SGD(trained, lr=0.), clip_grad=dict(max_norm=1.))
        self.model = model

    def _clip_grad(self):
        self.gradients = gradients_of(self.model)
        super()._clip_grad()


def logged(name):
    """Returns a value that an optimiser step or a hook logged."""
    return MessageHub.get_current_instance().get_scalar(name).current()


@pytest.mark.parametrize('name', ['openvclip_t4', 'froster_t4'])
@torch.no_grad()
def test_texts(name):
    """The texts of all templates, without the vision tower."""
    case, arrays = official.load_case(name)
    layout = LAYOUTS[SYSTEMS[name]]
    case['parameters'] = [
        pair for pair in case['parameters']
        if pair[0].startswith('model.') and 'visual' not in pair[0]
    ]
    state, _ = layout.read(official.official_state(case))
    config = Config.fromfile(CONFIGS / f'_base_/models/{SYSTEMS[name]}.py')
    head = MODELS.build(
        dict(
            config.model.cls_head,
            arch=config.model.backbone.arch,
            class_names=case['classes'])).double().eval()
    head.load_state_dict({k[len('cls_head.'):]: x for k, x in state.items()})
    texts = head.encode_texts()[0].unflatten(0, (-1, 6))  # (S, C, E)
    chosen = [0, 6, 27, 28][:len(arrays['template_features'])]
    assert len(texts) == case['templates']
    close(texts[chosen], arrays['template_features'], 1e-5)
    text = F.normalize(head.encode_text()[0], dim=-1)
    close(text, arrays['text_features'], 1e-5)


@pytest.mark.slow
def test_open_vclip():
    WindowSystem('openvclip_t4').check_inference()


@pytest.mark.slow
def test_a_step_of_open_vclip(monkeypatch):
    """Gradients at two points, and the norm of their sum."""
    system = WindowSystem('openvclip_t4_grad')
    case, arrays, model = system.case, system.arrays, system.model
    clip = {
        key[len('model.'):]: official.parameter(key[len('model.'):], shape)
        for key, shape in case['parameters']
    }
    monkeypatch.setattr(ensemble, 'load_clip', lambda *args: clip)
    for part in (model.backbone, model.cls_head):
        part.pretrained = 'openai'
    options = system.config.recipe.default_hooks.interpolation
    hook = InterpolatedWeightsHook(options.max_share, options.loss_weight)
    assert hook.loss_weight == case['options']['loss_ratio']
    monkeypatch.setattr(hook, 'draw', lambda runner: case['options']['alpha'])
    runner = SimpleNamespace(
        model=model.train(),
        optim_wrapper=Recorder(model),
        message_hub=MessageHub.get_current_instance())
    batch = system.batch()
    hook.before_train(runner)
    hook.before_train_iter(runner, 0, batch)
    assert abs(
        logged('train/loss_interpolated') - arrays['loss_interpolated']) < 1e-8
    system.check_gradients(
        gradients_of(model), case['grad_norms_interpolated'],
        'grad_interpolated')
    losses = model.train_step(batch, runner.optim_wrapper)
    close(losses['loss'], arrays['loss'], 1e-8)
    system.check_gradients(runner.optim_wrapper.gradients, case['grad_norms'],
                           'grad')
    assert logged('train/grad_norm') == pytest.approx(
        float(arrays['total_norm']), rel=1e-8)
    with torch.no_grad():
        close(
            F.normalize(model.cls_head.encode_text()[0], dim=-1),
            arrays['text_features'], 1e-5)
        close(
            model.cls_head(model.backbone(system.clips)), arrays['logits'],
            1e-8)
        with hook.weights.use(case['options']['alpha']):
            close(
                model.cls_head(model.backbone(system.clips)),
                arrays['logits_interpolated'], 1e-8)


@pytest.mark.slow
def test_froster():
    WindowSystem('froster_t4', unused='raw_model.').check_inference()


@pytest.mark.slow
def test_a_step_of_froster(monkeypatch):
    system = WindowSystem('froster_t4_grad', save_teacher=True)
    case, arrays, model = system.case, system.arrays, system.model.train()
    monkeypatch.setattr(model.cls_head.contrast, 'draw',
                        lambda count: case['options']['template'])
    wrapper, batch = Recorder(model), system.batch()
    losses = model.train_step(batch, wrapper)
    ratio = case['options']['distillation_ratio']
    close(losses['loss'], arrays['loss'], 1e-8)
    close(losses['loss_cls'], arrays['loss_ce'], 1e-8)
    for part in ('image', 'text'):
        close(losses[f'loss_distill_{part}'] / ratio,
              arrays[f'loss_distill_{part}'], 1e-8)
    assert logged('train/grad_norm') == pytest.approx(
        float(arrays['total_norm']), rel=1e-8)
    norms = {**case['grad_norms'], **dict.fromkeys(case['no_gradient'])}
    system.check_gradients(wrapper.gradients, norms, 'grad')
    theirs = LAYOUTS['froster'].write(
        {
            k: x
            for k, x in wrapper.gradients.items() if x is not None
        }, {})
    for key in ('v.0', 'v.2', 't.0', 't.2'):
        key = f'projector_{key}.weight'
        close(theirs[key][:8, :8], arrays[f'grad_corner.{key}'], 1e-8)


@pytest.mark.slow
@torch.no_grad()
def test_features_of_froster_and_its_teacher(monkeypatch):
    system = WindowSystem('froster_t4_grad', save_teacher=True)
    case, arrays, model = system.case, system.arrays, system.model.train()
    monkeypatch.setattr(model.cls_head.contrast, 'draw',
                        lambda count: case['options']['template'])
    samples = [*map(sample, case['labels'])]
    frames = model.backbone(system.clips)
    close(frames.feature, arrays['frame_features'], 1e-5)
    image, text, texts, _ = model.cls_head.encode_batch(frames, samples)
    close(text[0], arrays['text_features'], 1e-5)
    close(model.cls_head.compare(image, text), arrays['logits'], 1e-8)
    by_teacher = model.encode_by_teacher(system.clips[:, None], samples, texts)
    distillation = model.distillation
    for name, x, teacher, project in [
        ('image', image, by_teacher[0], distillation.image_projector),
        ('text', text[0], by_teacher[1][0], distillation.text_projector)
    ]:
        close(teacher, arrays[f'teacher_{name}'], 1e-5)
        residual = residual_feature(x, project(x), distillation.scale)
        close(residual, arrays[f'residual_{name}'], 1e-5)
        cosine = F.cosine_similarity(residual, teacher, dim=-1)
        close(cosine, arrays[f'cosine_{name}'], 1e-8)


def test_cross_entropy_of_both():
    with np.load(DATA / 'oracle/soft_cross_entropy.npz') as arrays:
        arrays = {key: torch.tensor(arrays[key]) for key in arrays}
    logits = arrays['logits'].requires_grad_()
    loss = make_head([*'abcdefg']).loss_by_feat(
        logits, [*map(sample, arrays['labels'])])['loss_cls']
    close(loss, arrays['loss'], 1e-12)
    close(torch.autograd.grad(loss, logits)[0], arrays['grad_logits'], 1e-12)
