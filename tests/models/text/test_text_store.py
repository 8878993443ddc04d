"""When encoded texts are stored, and when they are dropped."""
import copy

import pytest
import torch

from tests.small import make_head, spy


@pytest.fixture
def frozen(monkeypatch):
    """A head in training whose texts are frozen, and the blocks they pass."""
    head = make_head(prompt_layers=[]).train()
    head.requires_grad_(False)
    head.logit_scale.requires_grad_()
    calls = spy(monkeypatch, head.text_encoder, 'tail')
    return head, calls


def test_frozen_texts_are_encoded_once_in_training(frozen):
    head, calls = frozen
    x = torch.randn(2, 24, requires_grad=True)
    first = head(x)
    first.sum().backward()
    second = head(x)
    second.sum().backward()  # no graph is shared with the first step
    assert len(calls) == 1 and second.equal(first)
    assert not head._text_cache.features.requires_grad
    assert head.logit_scale.grad is not None and x.grad is not None
    with torch.no_grad():
        text = head.encode_text()
    fresh = make_head(prompt_layers=[])
    fresh.load_state_dict(head.state_dict())
    torch.testing.assert_close(text, fresh.encode_text())


def test_evaluation_stores_whole_features_if_no_block_sees_videos(frozen):
    head, calls = frozen
    head.requires_grad_(True).eval()
    with torch.no_grad():
        logits = [head(torch.ones(1, 24)) for _ in range(3)]
    assert len(calls) == 1 and logits[0].equal(logits[2])
    assert head._text_cache.features.shape == (1, 3, 24)


def test_videos_are_seen_after_what_is_stored(monkeypatch):
    head = make_head()
    head.text_encoder.requires_grad_(False)
    head.prompt_vectors.requires_grad_(False)
    trunk = spy(monkeypatch, head.text_encoder, 'trunk')
    tail = spy(monkeypatch, head.text_encoder, 'tail')
    x = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    for _ in range(2):
        head.train()(x).sum().backward()
        head(x)
    assert (len(trunk), len(tail)) == (2, 4)  # train() drops the store
    assert head._text_cache.features is None
    assert head.prompting.layers[0].ln_1.weight.grad.abs().max() > 0


@pytest.mark.parametrize('part', ['encoder', 'vectors'])
def test_texts_that_learn_again_are_not_stored(frozen, part):
    head, calls = frozen
    x = torch.randn(2, 24)
    before = head(x)
    weight = head.prompt_vectors if part == 'vectors' else \
        head.text_encoder.ln_final.weight
    weight.requires_grad_()
    head(x).logsumexp(1).sum().backward()
    assert len(calls) == 2 and head._text_cache is None
    with torch.no_grad():
        weight -= weight.grad
    weight.requires_grad_(False)
    after = head(x)  # the store of the first weights is not used again
    assert len(calls) == 3 and not after.equal(before)


@pytest.mark.parametrize('change', [
    lambda head: head.set_classes(['a', 'b', 'c']),
    lambda head: head.load_state_dict({
        k: v + 1
        for k, v in head.state_dict().items()
    }),
    lambda head: head.double().float(),
    lambda head: head.train(),
    lambda head: head.eval(),
])
def test_frozen_texts_are_dropped(frozen, change):
    head, calls = frozen
    head(torch.randn(2, 24))
    change(head)
    assert head._text_cache is None
    head(torch.randn(2, 24))
    assert len(calls) == 2


def test_autocast_has_its_own_texts(frozen):
    head, calls = frozen
    x = torch.randn(2, 24)
    plain = head(x)
    for _ in range(2):
        with torch.autocast('cpu', torch.bfloat16):
            assert head.encode_text().dtype == torch.bfloat16
            head(x)
    assert len(calls) == 2
    assert head(x).equal(plain)  # in full precision again
    assert len(calls) == 3


def test_texts_of_inference_mode_can_be_used_in_training(frozen):
    head, calls = frozen
    x = torch.randn(2, 24)
    with torch.inference_mode():
        plain = head(x).tolist()
    linear = torch.nn.Linear(24, 24, bias=False)
    torch.nn.init.eye_(linear.weight)
    logits = head(linear(x))
    logits.sum().backward()
    assert len(calls) == 1 and logits.tolist() == plain
    assert linear.weight.grad.abs().max() > 0


def test_a_copy_has_its_own_texts(frozen):
    head, _ = frozen
    x = torch.randn(2, 24)
    logits = head(x)
    other = copy.deepcopy(head)
    other.set_classes(['a', 'b', 'c'])
    assert head(x).equal(logits) and not other(x).equal(logits)


def test_checkpointed_blocks_store_the_same_texts():
    options = dict(prompt_layers=[])
    head, lean = (
        make_head(with_cp=with_cp, **options).requires_grad_(False).train()
        for with_cp in (False, True))
    x = torch.randn(2, 24)
    assert lean(x).equal(head(x)) and lean(x).equal(head(x))
