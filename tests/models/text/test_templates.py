"""Sets of templates, and lists of them."""
import pytest

from projects.tc_clip.models.text.class_texts import clip_tokenizer
from projects.tc_clip.models.text.templates import (TEMPLATE_SETS,
                                                    fill_template,
                                                    load_templates)

NAME = 596, 567, 3299  # abseiling
# token ids of the official ActionCLIP, in its order
ACTION_CLIP = [
    [320, 1125, 539, 1816, *NAME],
    [320, 1674, 539, 1816, *NAME],
    [2751, 1816, 539, *NAME],
    [*NAME, 267, 550, 1816],
    [*NAME, 589, 533, 550, 1816],
    [*NAME, 267, 320, 1455, 539, 1816],
    [1629, 1816, 539, *NAME],
    [*NAME],
    [1629, 320, 3044, 539, 1816, 267, *NAME],
    [1960, 320, 3044, 539, 1816, 267, *NAME],
    [1012, 267, 518, 2751, 533, *NAME],
    [753, 592, 10905, 518, 1816, 539, *NAME, 286],
    [1455, 26612, 539, *NAME],
    [320, 1455, 539, *NAME],
    [518, 786, 533, *NAME],
    [518, 2308, 533, *NAME],
]


def test_action_clip_has_the_official_tokens():
    encode = clip_tokenizer().encode
    assert [
        encode(template.replace('{}', 'abseiling'))
        for template in load_templates('action_clip')
    ] == ACTION_CLIP


def test_open_vclip_has_seven_actions_of_four_pictures():
    """tests/models/test_official_windows.py compares their features."""
    templates = load_templates('open_vclip')
    assert len({*templates}) == 28
    assert templates[:7] == ('a photo of {}.', 'a photo of a person {}.',
                             'a photo of a person using {}.',
                             'a photo of a person doing {}.',
                             'a photo of a person during {}.',
                             'a photo of a person performing {}.',
                             'a photo of a person practicing {}.')
    for i, kind in enumerate(('photo', 'video', 'example', 'demonstration')):
        assert templates[7 * i:7 * i + 7] == tuple(
            t.replace('photo', kind) for t in templates[:7])


@pytest.mark.parametrize('name, wanted', [
    ('Abseil: A rope: long', 'a video of Abseil. Abseil: A rope: long'),
    ('abseiling', 'a video of abseiling. abseiling'),
    ('{}: a {title}', 'a video of {}. {}: a {title}'),
])
def test_a_title_ends_before_the_first_colon(name, wanted):
    templates = load_templates('froster')
    assert len(templates) == 29 and templates[7] == 'a video of {title}. {}'
    assert fill_template(templates[7], name) == wanted
    assert fill_template(templates[28], name) == name


def test_own_templates_stay_as_they_are():
    assert load_templates(['a {}', '{} here']) == ('a {}', '{} here')
    for templates in TEMPLATE_SETS.values():
        assert load_templates(templates) == templates


@pytest.mark.parametrize('templates, message', [
    ('clip', r"templates='clip' is not one of the sets \['action_clip', "),
    ([], 'templates is empty'),
    (['{}', 'a video'], r"The template 'a video' has no \{\}"),
])
def test_wrong_templates_say_what_is_wrong(templates, message):
    with pytest.raises(ValueError, match=message):
        load_templates(templates)
