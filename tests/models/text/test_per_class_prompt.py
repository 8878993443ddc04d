"""Learned vectors of single classes against padded texts."""
import pytest
import torch

from projects.tc_clip.models.text.class_texts import clip_tokenizer
from tests.reference.naive import padded_texts
from tests.small import FINE_ARCH, NAMES, make_head, perturb

WORDS = ['running', 'jumping jacks', 'sitting']


def make(names=tuple(NAMES), **options):
    """Builds a float64 head with such prompts, far from its initial values."""
    head = make_head(
        names,
        arch=FINE_ARCH,
        prompt_layers=[],
        prompts=dict(type='PerClassPrompt', **options)).double()
    return perturb(head, by=0.3)


def padded_rows(head, position, n):
    """Embeds each text up to EOT: ``[(L, D), ...]``."""
    tokenizer, table = clip_tokenizer(), head.text_encoder.token_embedding
    sos, eot = tokenizer.sot_token_id, tokenizer.eot_token_id

    def words(*ids):
        return table(torch.tensor(ids))

    rows = []
    for i, name in enumerate(WORDS):
        vectors = head.prompt_vectors
        vectors = vectors if vectors.dim() == 2 else vectors[i]
        # the name has n vectors around it, and the full stop is behind both
        before = {'end': n, 'middle': n // 2, 'front': 0}[position]
        rows.append(
            torch.cat(
                (words(sos), vectors[:before], words(*tokenizer.encode(name)),
                 vectors[before:], words(*tokenizer.encode('.'), eot))))
    return rows


@pytest.mark.parametrize('per_class', [True, False])
@pytest.mark.parametrize('position', ['end', 'middle', 'front'])
@pytest.mark.parametrize('n', [1, 4, 5])
def test_texts_equal_padded_texts(n, position, per_class):
    head = make(num_prompts=n, position=position, per_class=per_class)
    assert head.prompt_vectors.shape == ((3, n, 16) if per_class else (n, 16))
    wanted = padded_texts(head.text_encoder, padded_rows(head, position, n))
    torch.testing.assert_close(head.encode_text()[0], wanted)
    # gradients of both
    given, = torch.autograd.grad(head.encode_text().square().sum(),
                                 head.prompt_vectors)
    slow, = torch.autograd.grad(wanted.square().sum(), head.prompt_vectors)
    torch.testing.assert_close(given, slow)
    assert (given.abs().sum(-1) > 0).all()


def test_classes_with_equal_texts_have_their_own_vectors():
    head = make(['sit', 'Sit'], num_prompts=2)  # the tokens are the same
    with torch.no_grad():
        head.prompt_vectors[1] = head.prompt_vectors[0]
        same = head.encode_text()[0]
        torch.testing.assert_close(same[0], same[1])
        head.forget_text()
        head.prompt_vectors[1].normal_()
        changed = head.encode_text()[0]
    assert (changed[1] - same[1]).abs().max() > 1e-3
    assert changed[0].equal(same[0])


def test_templates_of_a_class_share_its_vectors():
    templates = ['{}', 'a video of {}']
    head = make_head(
        arch=FINE_ARCH,
        templates=templates,
        prompts=dict(type='PerClassPrompt', num_prompts=2)).double()
    perturb(head, by=0.3)
    names = [t.replace('{}', name) for t in templates for name in NAMES]
    single = make_head(
        names,
        arch=FINE_ARCH,
        prompts=dict(type='PerClassPrompt', num_prompts=2)).double()
    state = head.state_dict()
    state['prompt_vectors'] = state['prompt_vectors'].repeat(2, 1, 1)
    single.load_state_dict(state)
    torch.testing.assert_close(head.encode_texts(), single.encode_texts())


def test_other_classes_need_to_be_as_many():
    head = make(num_prompts=2)
    vectors = head.prompt_vectors
    with pytest.raises(
            ValueError,
            match='vectors of 3 classes, which 2 classes cannot use: give as '
            'many names, build the head'):
        head.set_classes(NAMES[:2])
    assert head.class_names == NAMES
    head.set_classes(['a', 'b', 'c'])
    assert head.prompt_vectors is vectors
    shared = make(num_prompts=2, per_class=False)
    shared.set_classes(NAMES[:2])
    assert shared.num_classes == 2


def test_vectors_are_drawn_from_a_normal_distribution():
    std = make(num_prompts=1).prompts.draw_vectors(64, 500).std()
    assert std.item() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize('options, message', [
    (dict(num_prompts=0), 'num_prompts=0 must be 1 or more'),
    (dict(position='back'), "position='back' is not one of"),
])
def test_options_without_meaning(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_vectors_of_classes_are_not_conditioned_on_videos():
    prompts = dict(type='PerClassPrompt')
    assert make_head(prompts=prompts).prompt_layers == []
    with pytest.raises(ValueError, match='need prompts that all classes shar'):
        make_head(prompts=prompts, prompt_layers=[-1])
