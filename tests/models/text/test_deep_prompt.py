"""Vectors that are exchanged before blocks, against padded texts."""
import pytest
import torch

from projects.tc_clip.models.text.class_texts import clip_tokenizer
from tests.reference.naive import padded_texts
from tests.small import FINE_ARCH, changed, make_head, perturb

ARCH = changed(FINE_ARCH, text=dict(layers=4))
WORDS = ['running', 'jumping jacks', 'sitting']


def make(layers=(), **options):
    """Builds a float64 head with such prompts, far from its initial values."""
    head = make_head(
        arch=ARCH,
        prompt_layers=[*layers],
        prompts=dict(type='DeepPrompt', **options)).double()
    return perturb(head, by=0.3)


def naive_texts(head, condition=None):
    """Encodes padded texts, whose vectors are overwritten before blocks."""
    tokenizer, table = clip_tokenizer(), head.text_encoder.token_embedding
    vectors = head.prompt_vectors
    depth, n = vectors.shape[:2]
    sos, eot = tokenizer.sot_token_id, tokenizer.eot_token_id
    rows = [
        torch.cat((table(torch.tensor([sos])), vectors[0],
                   table(torch.tensor(tokenizer.encode(name + '.') + [eot]))))
        for name in WORDS
    ]

    def before_block(i, x):
        if 2 <= i <= depth:
            new = vectors[i - 1].expand(len(x), -1, -1)
            x = torch.cat((x[:, :1], new, x[:, 1 + n:]), 1)
        if condition is not None:
            new = condition(i, x[:, 1:1 + n])
            x = torch.cat((x[:, :1], new, x[:, 1 + n:]), 1)
        return x

    return padded_texts(head.text_encoder, rows, before_block)


@pytest.mark.parametrize('depth', [1, 2, 4])
def test_texts_equal_padded_texts(depth):
    head = make(num_prompts=3, depth=depth)
    wanted, text = naive_texts(head), head.encode_text()[0]
    torch.testing.assert_close(text, wanted)
    given, = torch.autograd.grad(text.square().sum(), head.prompt_vectors)
    slow, = torch.autograd.grad(wanted.square().sum(), head.prompt_vectors)
    torch.testing.assert_close(given, slow)
    assert (given.abs().sum(-1) > 0).all()


def test_video_conditioned_prompts_start_from_new_vectors():
    head = make(layers=[3, 4], num_prompts=2, depth=4)
    context = torch.randn(2, 2, 5, 16, dtype=torch.float64)

    def condition(video):

        def of_block(i, prompts):
            if i < 3:
                return prompts
            tokens = video[i - 3].expand(len(WORDS), -1, -1)
            return head.prompting.layers[i - 3](prompts, tokens, tokens)

        return of_block

    with torch.no_grad():
        wanted = torch.stack(
            [naive_texts(head, condition(video)) for video in context])
        torch.testing.assert_close(head.encode_text(context), wanted)


def test_the_first_vectors_start_from_words():
    head = make_head(
        arch=ARCH,
        prompts=dict(
            type='DeepPrompt',
            num_prompts=4,
            depth=2,
            prompt_init='a photo of a'))
    ids = torch.tensor(clip_tokenizer().encode('a photo of a'))
    words = head.text_encoder.token_embedding(ids)
    assert head.prompt_vectors[0].equal(words)
    assert head.prompt_vectors[1].abs().max() > 0
    drawn = head.prompts.draw_vectors(512)
    assert drawn.std().item() == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize('options, message', [
    (dict(depth=0), 'num_prompts=16 and depth=0 must be 1 or more'),
    (dict(depth=5), 'depth=5 of DeepPrompt is more than the 4 blocks'),
    (dict(num_prompts=3, prompt_init='a photo of a'), 'has 4 tokens but num'),
])
def test_options_without_meaning(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)
