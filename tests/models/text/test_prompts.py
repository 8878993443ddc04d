"""The prompt before all class names, learned or not."""
import pytest
import torch

from projects.tc_clip.models.text.class_texts import (clip_tokenizer,
                                                      tokenize_classes)
from projects.tc_clip.models.text.prompts import SharedPrompt
from tests.small import make_head

WORDS = 'a photo of a'


@pytest.fixture
def encoder():
    return make_head().text_encoder


@pytest.mark.parametrize('options, positions, vectors', [
    (dict(), 5, (4, 16)),
    (dict(num_prompts=0), 5, None),
    (dict(num_prompts=6, prompt_init=None), 7, (6, 16)),
    (dict(num_prompts=0, prompt_init=None), 1, None),
])
def test_positions_and_vectors(options, positions, vectors):
    prompt = SharedPrompt(**options)
    drawn = prompt.draw_vectors(16)
    assert prompt.num_positions == positions
    assert vectors == (drawn if drawn is None else tuple(drawn.shape))
    assert not prompt.state_dict()  # words are no part of a checkpoint


def test_vectors_start_from_the_embeddings_of_their_words(encoder):
    prompt, ids = SharedPrompt(), clip_tokenizer().encode(WORDS)
    vectors = torch.zeros(4, 16)
    prompt.start_from_words(vectors, encoder)
    assert vectors.equal(encoder.token_embedding.weight[ids])
    drawn = torch.randn(4, 16)
    SharedPrompt(prompt_init=None).start_from_words(drawn, encoder)
    assert (drawn.abs() > 0).all()  # there are no words to start from
    with pytest.raises(ValueError, match='has 4 tokens but num_prompts=3'):
        SharedPrompt(num_prompts=3)


def test_vectors_of_their_words_stand_for_the_words(encoder):
    texts = tokenize_classes(['run', 'ski jump'], 5, 77)
    ids, runs = texts.ids, texts.runs
    vectors = torch.zeros(4, 16)
    SharedPrompt().start_from_words(vectors, encoder)
    learned = SharedPrompt().embed(vectors, ids, runs, encoder)
    words = SharedPrompt(num_prompts=0).embed(None, ids, runs, encoder)
    assert learned.prefix.equal(words.prefix)
    assert learned.suffix.equal(words.suffix) and words.runs == runs
    other = SharedPrompt().embed(vectors + 1, ids, runs, encoder)
    gap = (other.prefix - words.prefix).squeeze(0)
    # SOS is never learned
    torch.testing.assert_close(
        gap,
        torch.ones(5, 1).expand(5, 16) *
        torch.tensor([[0.], [1], [1], [1], [1]]))
