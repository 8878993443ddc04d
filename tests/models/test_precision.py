"""Which precision is chosen, and what it changes."""
import pytest
import torch
from torch import nn

from projects.tc_clip.models import precision
from projects.tc_clip.models.precision import (at_least_float32, choose_dtype,
                                               computing_in, device_of,
                                               fast_dtype)
from tests.small import make_model

CPU, GPU = torch.device('cpu'), torch.device('cuda')


@pytest.mark.parametrize('capability, dtype', [((7, 5), torch.float16),
                                               ((8, 0), torch.bfloat16),
                                               ((9, 0), torch.bfloat16)])
def test_gpus_have_what_they_multiply_fastest(monkeypatch, capability, dtype):
    monkeypatch.setattr(torch.cuda, 'get_device_capability',
                        lambda device: capability)
    assert fast_dtype(GPU) == choose_dtype('auto', GPU) == dtype


@pytest.mark.parametrize(
    'flags, dtype',
    [
        ((True, False), torch.bfloat16),
        ((False, True), torch.bfloat16),
        ((False, False), torch.float32),
        ((None, None), torch.float32),  # a torch that does not know the CPU
    ])
def test_cpus_have_bfloat16_if_they_multiply_it(monkeypatch, flags, dtype):
    for name, flag in zip(precision._NATIVE_BFLOAT16, flags):
        monkeypatch.setattr(
            torch.cpu,
            name,
            None if flag is None else lambda flag=flag: flag,
            raising=False)
    assert choose_dtype('auto', CPU) == dtype


def test_other_devices_have_float32():
    assert choose_dtype('auto', torch.device('meta')) == torch.float32


def test_names_of_precisions():
    for name in ('float32', 'bfloat16'):
        assert choose_dtype(name, CPU) == getattr(torch, name)
    assert choose_dtype('float16', GPU) == torch.float16
    with pytest.raises(ValueError, match="dtype='float16' on a CPU"):
        choose_dtype('float16', CPU)
    with pytest.raises(ValueError, match="dtype='half': choose one of float3"):
        choose_dtype('half', CPU)


def test_what_leaves_a_model_is_at_least_float32():
    for given, wanted in ((torch.bfloat16, torch.float32),
                          (torch.float16, torch.float32), (torch.float32,
                                                           torch.float32),
                          (torch.float64, torch.float64), (torch.int64,
                                                           torch.int64)):
        assert at_least_float32(torch.ones(1, dtype=given)).dtype == wanted
    assert at_least_float32(None) is None


def test_the_device_is_that_of_the_parameters():
    assert device_of(nn.Linear(1, 1, device='meta')).type == 'meta'
    assert device_of(nn.Identity()) == CPU


class Scores(nn.Module):
    """A recognizer whose head is a layer of torch."""

    def __init__(self):
        super().__init__()
        self.cls_head = nn.Linear(8, 4)

    def forward(self, x):
        return self.cls_head(x)


def test_scores_of_other_heads_are_float32_too():
    model, x = Scores(), torch.rand(2, 8)
    wanted = model(x)
    with computing_in(model, torch.bfloat16):
        with torch.autocast('cpu', enabled=False):
            scores = model(x)
    assert scores.dtype == torch.float32
    assert scores.ne(wanted).any()
    torch.testing.assert_close(scores, wanted, rtol=0, atol=0.02)
    assert model(x).equal(wanted)  # everything is as before


def test_bfloat16_keeps_logits_and_best_classes():
    model = make_model().eval()
    with torch.no_grad():
        model.cls_head.logit_scale.fill_(0.)  # cosines
    clips = torch.randn(4, 3, 2, 32, 32)
    head, backbone = model.cls_head, model.backbone
    with torch.no_grad():
        wanted = head(backbone(clips))
        with computing_in(model, torch.bfloat16):
            logits = head(backbone(clips))
        assert head(backbone(clips)).equal(wanted)
    assert logits.dtype == torch.float32 and logits.ne(wanted).any()
    torch.testing.assert_close(logits, wanted, rtol=0, atol=0.02)
    assert logits.argmax(1).equal(wanted.argmax(1))


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_full_precision_changes_nothing(dtype):
    model = Scores()
    with computing_in(model, dtype):
        assert 'forward' not in vars(model)
        assert not torch.is_autocast_enabled()


def test_an_error_ends_it_too():
    model = Scores()
    with pytest.raises(KeyError), computing_in(model, torch.bfloat16):
        raise KeyError
    assert 'forward' not in vars(model)
    assert not model.cls_head._forward_hooks
