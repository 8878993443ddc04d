"""OST and MAXI compute what their official code computes.

Everything runs in float64, through configs and converters; see
``tests/reference/official_weights.py`` for where the numbers come from.
"""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from projects.tc_clip.models.heads.optimal_transport import transport_plan
from tests.models.test_official_systems import System, close, sample
from tests.reference import official_weights as official
from tests.small import DATA

KINDS = 'spatial', 'temporal'


def load_arrays(name):
    """Returns the arrays of a case as tensors."""
    with np.load(DATA / f'oracle/{name}.npz') as arrays:
        return {key: torch.tensor(arrays[key]) for key in arrays}


class BagSystem(System):
    """A system whose classes or videos have several texts."""

    def check_gradients(self, loss):
        """Compares the loss and the gradients of all parameters."""
        close(loss, self.arrays['loss'], 1e-8)
        loss.backward()
        grads = self.official({
            name: p.grad
            for name, p in self.model.named_parameters() if p.requires_grad
        })
        assert grads.keys() == self.case['grad_norms'].keys()
        for key, norm in self.case['grad_norms'].items():
            # those of key biases are rounding
            assert abs(grads[key].norm() - norm) < 1e-8 * norm + 1e-12, key
            if f'grad.{key}' in self.arrays:
                close(grads[key], self.arrays[f'grad.{key}'], 1e-8)


def make_ost(name):
    """Builds OST with the descriptors of a case."""
    case, _ = official.load_case(name)
    return BagSystem(
        name, cls_head=dict(descriptors={kind: case[kind]
                                         for kind in KINDS}))


def check_transport(system, video, text):
    """Compares plans and both parts of the logits ``(1, 2N, R, E)``."""
    arrays, scale = system.arrays, system.model.cls_head.scale
    for kind, part in zip(KINDS, text.chunk(2, 1)):
        similarity = torch.einsum('bte,nre->brtn', video, part[0])
        plan = transport_plan(similarity)
        close(plan, arrays[f'plan_{kind}'], 1e-8)
        close(scale * (plan * similarity).sum((2, 3)),
              arrays[f'ot_logits_{kind}'], 1e-8)
        pooled = video.mean(1) @ part[0].mean(0).T
        close(scale * pooled, arrays[f'pooled_logits_{kind}'], 1e-8)


@pytest.mark.slow
@torch.no_grad()
def test_ost():
    system = make_ost('ost_t4')
    model, arrays = system.model.eval(), system.arrays
    frames = model.backbone(system.clips)
    close(frames.feature, arrays['frame_features'], 1e-5)
    text = model.cls_head.encode_text()  # (1, 2N, C, E)
    for kind, part in zip(KINDS, text[0].chunk(2)):
        close(part.transpose(0, 1), arrays[f'{kind}_features'], 1e-5)
    close(model.cls_head(frames), arrays['logits'], 1e-8)
    check_transport(system, *model.cls_head.unit_features(frames))


@pytest.mark.slow
def test_a_step_of_ost():
    system = make_ost('ost_t4_grad')
    model, head, arrays = (system.model.train(), system.model.cls_head,
                           system.arrays)
    samples = [*map(sample, system.case['labels'])]
    frames = model.backbone(system.clips)
    compared = head.encode_batch(frames, samples)
    for kind, part in zip(KINDS, compared.text[0].chunk(2)):
        wanted = torch.tensor(arrays[f'{kind}_features'])
        close(part.transpose(0, 1), F.normalize(wanted, dim=-1), 1e-5)
    with torch.no_grad():
        close(
            head.compare(compared.video, compared.text), arrays['logits'],
            1e-8)
        check_transport(system, compared.video, compared.text)
    losses = head.loss_of(compared, samples)
    system.check_gradients(losses['loss_cls'])


@pytest.mark.parametrize(
    'case', ['ost_solver', 'ost_solver_batch', 'ost_solver_close'])
def test_solver_of_ost(case):
    arrays = load_arrays(case)
    names = 'frames', *KINDS
    frames, *kinds = (arrays[name].requires_grad_() for name in names)
    # unit vectors already: (A, N, E) -> (1, 2N, A, E)
    text = torch.cat([kind.transpose(0, 1)[None] for kind in kinds], 1)
    transport = MODELS.build(dict(type='OptimalTransport'))
    logits = arrays['scale'] * transport(frames, text)
    close(logits, arrays['logits'], 1e-8)
    for kind, part in zip(KINDS, text.chunk(2, 1)):
        similarity = torch.einsum('bte,nae->batn', frames, part[0])
        close(transport_plan(similarity), arrays[f'plan_{kind}'], 1e-10)
    grads = torch.autograd.grad((logits**2).sum(), (frames, *kinds))
    for name, grad in zip(names, grads):
        close(grad, arrays[f'grad_{name}'], 1e-7)
    alone = MODELS.build(dict(type='OptimalTransport', stop='video'))
    close(arrays['scale'] * alone(frames, text),
          arrays['logits_one_video_at_a_time'], 1e-8)


def test_loss_of_ost():
    arrays = load_arrays('ost_kl')
    logits, labels = arrays['logits'].requires_grad_(), arrays['labels']
    same = (labels[:, None] == labels).to(logits)
    loss = MODELS.build(dict(type='MultiPositiveKL', weight=1.))(logits, same)
    close(loss, arrays['loss'], 1e-12)
    close(arrays['loss_rows'] + arrays['loss_columns'], arrays['loss'], 1e-12)
    close(torch.autograd.grad(loss, logits)[0], arrays['grad_logits'], 1e-12)


@pytest.mark.slow
@torch.no_grad()
def test_maxi():
    system = BagSystem('maxi_t4')
    arrays, head = system.arrays, system.model.eval().cls_head
    video = system.model.backbone(system.clips)
    close(F.normalize(video.feature, dim=-1), arrays['video_features'], 1e-5)
    close(head.encode_text()[0], arrays['text_features'], 1e-5)
    close(head(video), arrays['logits'], 1e-8)


@pytest.mark.slow
def test_a_step_of_maxi():
    system = BagSystem('maxi_t4_grad')
    case, arrays = system.case, system.arrays
    model, head = system.model.train(), system.model.cls_head
    fresh = MODELS.build(system.config.model).cls_head.logit_scale
    assert fresh.item() == pytest.approx(case['initial_logit_scale'])
    with torch.no_grad():
        head.logit_scale.fill_(case['initial_logit_scale'])
    samples = [*map(sample, case['labels'])]
    for bag, data_sample in zip(case['bags'], samples):
        # what AddTextBag adds: without prompt and full stop
        data_sample.set_metainfo(
            dict(text_bag=[text[len('a photo of a '):-1] for text in bag]))
    video = model.backbone(system.clips)
    compared = head.encode_batch(video, samples)
    close(head.compare(compared.video, compared.text), arrays['scores'], 1e-8)
    losses = head.loss_of(compared, samples)
    system.check_gradients(losses['loss_cls'])
    # one bag after the other, of unit length here
    close(compared.text[0],
          F.normalize(torch.tensor(arrays['text_features']), dim=-1), 1e-5)


def test_loss_of_maxi():
    arrays = load_arrays('maxi_milnce')
    scores, labels = arrays['scores'].requires_grad_(), arrays['labels']
    same = labels[:, None] == labels
    assert same.equal(arrays['mask'])
    loss = MODELS.build(dict(type='BagNCE'))(scores, same.double())
    close(loss, arrays['loss'], 1e-12)
    close(torch.autograd.grad(loss, scores)[0], arrays['grad_scores'], 1e-12)
