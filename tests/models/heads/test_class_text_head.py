"""The class texts that the head keeps for evaluation."""
import pytest
import torch
from mmengine.runner import load_checkpoint

from tests.small import make_head, spy


@pytest.fixture
def watched(monkeypatch):
    """A head, its input, its logits, and the calls since they were made."""
    head = make_head(['running', 'jumping', 'sitting'])
    x = torch.randn(2, 24), torch.randn(2, 1, 5, 24)
    calls = spy(monkeypatch, head.text_encoder, 'trunk')
    with torch.no_grad():
        logits = head(x)
        assert head(x).equal(logits) and head.encode_text(x[1]) is not None
    assert len(calls) == 1
    calls.clear()
    return head, x, logits, calls


def test_stored_text_gives_the_numbers_of_fresh_text(watched):
    head, x, logits, calls = watched
    assert head(x).equal(logits)  # with gradients: not from the store
    assert len(calls) == 1


def test_text_is_not_stored_where_gradients_are_on(watched):
    head, x, _, calls = watched
    head.forget_text()
    for _ in range(2):
        head(x)
    assert len(calls) == 2 and head._text_cache is None


def test_text_is_not_stored_in_training(watched):
    head, x, _, calls = watched
    head.train()
    with torch.no_grad():
        head(x), head(x)
    assert len(calls) == 2 and head._text_cache is None


def change_names(head, path):
    head.set_classes(['one', 'two', 'three'])


def change_by_state_dict(head, path):
    state = head.state_dict()
    state['prompt_vectors'] = torch.randn_like(state['prompt_vectors'])
    head.load_state_dict(state)


def change_by_parent(head, path):
    parent = torch.nn.Sequential(head)
    parent.load_state_dict({k: v + 1 for k, v in parent.state_dict().items()})


def change_by_checkpoint(head, path):
    torch.save(
        dict(state_dict={
            k: v + 1
            for k, v in head.state_dict().items()
        }), path)
    load_checkpoint(head, str(path))


def change_by_training(head, path):
    head.train()
    with torch.no_grad():
        head.prompt_vectors.normal_()
    head.eval()


def change_by_init_weights(head, path):
    with torch.no_grad():
        head.text_encoder.token_embedding.weight.normal_()
    head.init_weights()


@pytest.mark.parametrize('change', [
    change_names, change_by_state_dict, change_by_parent, change_by_checkpoint,
    change_by_training, change_by_init_weights
])
def test_stored_text_is_dropped(watched, tmp_path, change):
    head, x, logits, calls = watched
    change(head, tmp_path / 'head.pth')
    with torch.no_grad():
        changed = head(x)
        assert len(calls) == 1
        assert (changed - logits).abs().max() > 1e-4
        assert head(x).equal(changed) and len(calls) == 1


@pytest.mark.parametrize('move', [
    lambda head: head.double(),
    lambda head: head.to(torch.float64),
    lambda head: torch.nn.Sequential(head).double(),
])
def test_stored_text_follows_the_dtype(watched, move):
    head, x, logits, calls = watched
    move(head)
    with torch.no_grad():
        moved = head([t.double() for t in x])
    assert moved.dtype == torch.float64 and len(calls) == 1
    torch.testing.assert_close(moved.float(), logits)
