"""Vectors around class names against padded texts."""
import pytest
import torch

from projects.tc_clip.models.text.class_texts import clip_tokenizer
from tests.reference.naive import padded_texts
from tests.small import FINE_ARCH, NAMES, make_head, perturb


def make(**options):
    """Builds a float64 head with such prompts, far from its initial values."""
    head = make_head(
        arch=FINE_ARCH,
        full_stop='',
        split_underscores=False,
        prompt_layers=[],
        prompts=dict(type='AroundPrompt', **options)).double()
    return perturb(head, by=0.3)


def padded_rows(head, prefix, postfix):
    """Overwrites rows of the whole table by tokens, as A5 does."""
    tokenizer, table = clip_tokenizer(), head.text_encoder.token_embedding
    rows, names = [], []
    for name in NAMES:
        ids = tokenizer.encode(name)
        end = prefix + len(ids) + 1 + postfix
        row = head.prompt_vectors.clone()
        row[0] = table.weight[tokenizer.sot_token_id]
        row[prefix + 1:prefix + 1 + len(ids)] = table(torch.tensor(ids))
        row[end] = table.weight[tokenizer.eot_token_id]
        rows.append(row[:end + 1])
        names.append({*range(prefix + 1, prefix + 1 + len(ids))})
    return rows, names


@pytest.mark.parametrize('prefix, postfix', [(16, 16), (3, 0), (0, 5), (0, 0)])
def test_texts_equal_padded_texts(prefix, postfix):
    head = make(prefix=prefix, postfix=postfix)
    assert head.prompt_vectors.shape == (77, 16)
    rows, names = padded_rows(head, prefix, postfix)
    wanted = padded_texts(head.text_encoder, rows)
    text = head.encode_text()[0]
    torch.testing.assert_close(text, wanted)
    # rows without gradient: SOS, names in all texts, and behind the last end
    given, = torch.autograd.grad(text.square().sum(), head.prompt_vectors)
    slow, = torch.autograd.grad(wanted.square().sum(), head.prompt_vectors)
    torch.testing.assert_close(given, slow)
    used = {
        row
        for x, name in zip(rows, names)
        for row in range(1,
                         len(x) - 1)
    } - set.intersection(*names)
    used -= {
        row
        for row in used if all(
            row in name or row >= len(x) - 1 for x, name in zip(rows, names))
    }
    assert {*given.abs().sum(1).nonzero()[:, 0].tolist()} == used


def test_vectors_before_names_can_be_conditioned_on_videos():
    head = make_head(prompts=dict(type='AroundPrompt', prefix=2, postfix=1))
    assert head.prompt_layers == [3]
    texts = head.encode_text(torch.randn(2, 1, 5, 24))
    assert (texts[0] - texts[1]).abs().max() > 1e-4
    with pytest.raises(ValueError, match='need prompts that all classes shar'):
        make_head(
            prompts=dict(type='AroundPrompt', prefix=0), prompt_layers=[-1])


def test_names_have_fewer_positions_beside_vectors():
    with pytest.raises(ValueError, match="'running' takes 78 of 77 positions"):
        make_head(['running'],
                  full_stop='',
                  prompts=dict(type='AroundPrompt', prefix=50, postfix=25))


def test_vectors_are_drawn_from_a_normal_distribution():
    std = make().prompts.draw_vectors(512).std()
    assert std.item() == pytest.approx(0.01, rel=0.02)


def test_numbers_of_vectors_are_not_negative():
    with pytest.raises(ValueError, match='prefix=16 and postfix=-1 must be 0'):
        make(postfix=-1)
