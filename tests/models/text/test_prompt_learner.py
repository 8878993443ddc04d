"""Learned vectors in the prefix and in suffixes."""
import torch

from projects.tc_clip.models.text.prompt_learner import (PromptLearner,
                                                         embed_ids, vector_id)
from tests.small import make_head


def test_negative_ids_are_learned_vectors():
    encoder = make_head().text_encoder
    vectors = torch.randn(2, 3, 16, requires_grad=True)
    ids = torch.tensor([7, vector_id(0), vector_id(4), 0, vector_id(4)])
    x = embed_ids(ids, vectors, encoder)
    table = encoder.token_embedding.weight
    assert x.equal(
        torch.stack(
            (table[7], vectors[0, 0], vectors[1, 1], table[0], vectors[1, 1])))
    x.sum().backward()
    # as often as each vector is there
    assert vectors.grad[..., 0].tolist() == [[1, 0, 0], [0, 2, 0]]


def test_gradients_reach_the_tokens_beside_vectors():
    encoder = make_head().text_encoder
    encoder.token_embedding.requires_grad_()
    ids = torch.tensor([7, vector_id(0), 9, 7])
    embed_ids(ids, torch.randn(1, 16), encoder).sum().backward()
    rows = encoder.token_embedding.weight.grad[:, 0]
    assert rows.nonzero()[:, 0].tolist() == [7, 9]
    assert rows[[7, 9]].tolist() == [2, 1]


def test_by_default_a_text_is_its_words():
    prompts, encoder = PromptLearner([5, 6]), make_head().text_encoder
    assert prompts.num_positions == 3
    assert prompts.arrange(0, [1, 2], [3]) == [1, 2, 3]
    state = prompts.embed(None, torch.tensor([1, 2, 3]), ((1, 3), ), encoder)
    table, positions = (encoder.token_embedding.weight,
                        encoder.positional_embedding)
    sos = prompts.prefix_ids[0].item()
    assert state.prefix[0].equal(table[[sos, 5, 6]] + positions[:3])
    assert state.suffix[0].equal(table[[1, 2, 3]] + positions[3:6])
    prefix = torch.randn(1, 3, 16)
    assert prompts.before_block(None, 2, prefix) is prefix
    assert prompts.check_classes(None, 9) is None
