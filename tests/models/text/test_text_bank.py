"""Which texts a head has, and that some of them equal some of all."""
import pytest
import torch

from tests.small import NAMES, make_head

TEMPLATES = ['a video of {}', '{}, outdoors']


def make(**options):
    """Builds a head without prompts and full stops."""
    return make_head(**dict(
        num_prompts=0,
        prompt_init=None,
        full_stop='',
        prompt_layers=[],
        **options)).double()


def test_texts_are_templates_then_wordings():
    head = make(templates=TEMPLATES, wordings=['do {}'])
    lists = [[f'a video of {name}' for name in NAMES],
             [f'{name}, outdoors' for name in NAMES],
             [f'do {name}' for name in NAMES]]
    plain = make()
    with torch.no_grad():
        text = head.encode_texts()[0]
        assert len(text) == 9 and head.num_wordings == 3
        for i, names in enumerate(lists):
            plain.set_classes(names)
            torch.testing.assert_close(text[3 * i:3 * i + 3],
                                       plain.encode_texts()[0])


def test_templates_stay_when_classes_are_exchanged():
    head, fresh = make(templates=TEMPLATES), make(
        templates=TEMPLATES, class_names=['a', 'b'])
    head.set_classes(['a', 'b'])
    assert head.suffix_ids.equal(fresh.suffix_ids)
    assert head.num_wordings == 2


@pytest.mark.parametrize('num_prompts, split, words', [
    (0, None, 'jumping_jacks'),
    (0, True, 'jumping jacks'),
    (0, False, 'jumping_jacks'),
    (4, None, 'jumping jacks'),
    (4, False, 'jumping_jacks'),
])
def test_underscores_stay_or_are_spaces(num_prompts, split, words):
    head = make_head(num_prompts=num_prompts, split_underscores=split)
    plain = make_head([words], num_prompts=0)
    ids = plain.suffix_ids.tolist()
    assert head.suffix_ids.tolist()[-len(ids):] == ids


@pytest.mark.parametrize('chunk', [None, 2])
@pytest.mark.parametrize('frozen', [True, False])
def test_some_texts_are_those_of_all(chunk, frozen):
    head = make(templates=TEMPLATES, class_chunk=chunk)
    head.requires_grad_(not frozen)
    for chosen in ([4, 0, 4], [1], [5, 3, 2, 1, 0, 4]):
        chosen = torch.tensor(chosen)
        torch.testing.assert_close(
            head.encode_texts(chosen),
            head.encode_texts()[:, chosen])


def test_some_texts_see_videos_as_all_do():
    head = make_head(templates=TEMPLATES).double()
    context = torch.randn(2, 1, 5, 24, dtype=torch.float64)
    chosen = torch.tensor([[2, 0], [5, 3]])  # two classes in two templates
    torch.testing.assert_close(
        head.encode_text(context, chosen),
        head.encode_text(context)[:, [2, 0]])


def test_a_trained_token_embedding_gets_gradients_of_all_words():
    head = make_head(['run', 'sit'],
                     num_prompts=0,
                     prompt_init='a',
                     full_stop='',
                     prompt_layers=[])
    weight = head.text_encoder.token_embedding.weight
    assert not weight.requires_grad
    weight.requires_grad_()
    head.encode_text().square().sum().backward()
    used = {*head.prompts.prefix_ids.tolist(), *head.suffix_ids.tolist()}
    assert {*weight.grad.abs().sum(1).nonzero()[:, 0].tolist()} == used
    assert len(used) == 5  # SOS, a, run, sit, EOT
