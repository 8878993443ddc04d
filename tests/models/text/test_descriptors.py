"""Descriptors of classes: their files, and the texts made of them."""
import json

import pytest

from projects.tc_clip.models.text.descriptors import (describe,
                                                      fill_descriptors,
                                                      load_descriptors,
                                                      load_word_lists)
from tests.small import make_head

NAMES = ['run', 'sit', 'ski: on snow']
SPATIAL = [['shoes', 'track'], ['chair', 'desk'], ['snow', 'hill']]
TEMPORAL = [['start', 'stop'], ['bend', 'rest'], ['push', 'glide']]
BOTH = dict(spatial=SPATIAL, temporal=TEMPORAL)


def test_files_are_ordered_by_class_id(tmp_path):
    path = tmp_path / 'words.json'
    path.write_text(json.dumps({'2': ['c'], '0': ['a', 'b'], '1': []}))
    wanted = [['a', 'b'], [], ['c']]
    assert load_word_lists(path) == load_word_lists(str(path)) == wanted
    assert load_word_lists(wanted) == wanted


@pytest.mark.parametrize('content, message', [
    ('{"0": ["a"], "2": ["b"]}', 'has 2 classes, but none with the id 1'),
    ('{"0": "a"}', "id 0 needs a list of texts, .* but has 'a'"),
    ('{"0": ["a", " "]}', r"id 0 needs .* none of them empty, .*\['a', ' '\]"),
    ('{"0": 3}', 'id 0 needs a list of texts, .* but has 3'),
    ('["a"]', 'must hold one JSON object'),
    ('{', 'not valid JSON'),
])
def test_wrong_files_say_what_is_wrong(tmp_path, content, message):
    path = tmp_path / 'words.json'
    path.write_text(content)
    with pytest.raises(ValueError, match=f'words.json: .*{message}'):
        load_word_lists(path)


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match='no.json: no such file of wo'):
        load_word_lists('no.json')


@pytest.mark.parametrize('descriptors, message', [
    (dict(spatial=SPATIAL[:2]), 'spatial descriptors are those of 2 classes'),
    (dict(BOTH, spatial=[*SPATIAL[:2], ['snow']]),
     "up to 2 here, but class 2 has 1 of the kind 'spatial'"),
    (dict(spatial=[[]] * 3), 'up to 0 here, but class 0 has 0'),
])
def test_all_classes_have_as_many_descriptors(descriptors, message):
    with pytest.raises(ValueError, match=message):
        load_descriptors(descriptors, 3)


def test_one_descriptor_of_all_classes_after_the_other():
    assert fill_descriptors('{title}, {}: {temporal}!', NAMES, BOTH) == [
        'run, run: start!', 'sit, sit: bend!', 'ski, ski: on snow: push!',
        'run, run: stop!', 'sit, sit: rest!', 'ski, ski: on snow: glide!'
    ]
    assert fill_descriptors('a {}', NAMES[:2], BOTH) == ['a run', 'a sit']


def test_braces_in_names_and_descriptors_stay():
    assert fill_descriptors('{} {spatial}', ['{spatial}'],
                            dict(spatial=[['{}']])) == ['{spatial} {}']


def test_texts_of_ost():
    """Its templates, spatial descriptors first."""
    head = make_head(
        NAMES[:2],
        templates='ost',
        descriptors={
            kind: lists[:2]
            for kind, lists in BOTH.items()
        },
        num_prompts=0,
        prompt_init=None)
    texts = [
        'This is a video about shoes', 'This is a video about chair',
        'This is a video about track', 'This is a video about desk',
        'A video of run usually includes start',
        'A video of sit usually includes bend',
        'A video of run usually includes stop',
        'A video of sit usually includes rest'
    ]
    assert head.num_wordings == 4
    assert describe(head.templates, NAMES[:2], {
        kind: lists[:2]
        for kind, lists in BOTH.items()
    }) == texts
    plain = make_head(texts, num_prompts=0, prompt_init=None)
    assert head.encode_texts().equal(plain.encode_texts())


@pytest.mark.parametrize('template, descriptors, message', [
    ('{spatial}', None, r"descriptors=dict\(spatial='FILE.json'\)"),
    ('{spatial}', dict(temporal=TEMPORAL), 'for the temporal descriptors'),
    ('{spatial} {temporal}', BOTH, 'several kinds .*: spatial, temporal'),
])
def test_templates_and_descriptors_belong_together(template, descriptors,
                                                   message):
    with pytest.raises(ValueError, match=message):
        describe([template], NAMES, descriptors)


def test_new_classes_need_new_descriptors():
    head = make_head(NAMES, templates='ost', descriptors=BOTH)
    with pytest.raises(ValueError, match='needs descriptors of classes'):
        head.set_classes(['swim'])
    assert head.class_names == NAMES
    head.set_classes(['swim'],
                     descriptors=dict(spatial=[['a']], temporal=[['b']]))
    assert (head.num_wordings, head.num_classes) == (2, 1)
