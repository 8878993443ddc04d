"""What a protocol tests on, as its config's options say."""
import pytest
from mmengine.config import Config

from projects.tc_clip.engine import protocol_test_sets


def make(*options, common=None, label_file='{labels}.csv'):
    return protocol_test_sets.make_test_sets(options, common, 'data',
                                             label_file)


def test_options_of_a_list_go_over_common_ones():
    made, = protocol_test_sets.make_test_sets(
        [dict(split=2, folder='a', ann_file='b.txt')],
        dict(data_set='K600', folder='c',
             labels='names'), 'data', 'x/{labels}_{split}.csv')
    assert made == ('K600', '2', dict(data_root='data/a',
                                      ann_file='b.txt'), 'x/names_2.csv')
    assert made.labels == 'names_2.csv'


def test_a_list_may_be_that_of_the_data_loader():
    made, = make(dict(data_set='K-400', split='val'))
    assert made == ('K-400', 'val', {}, None) and made.labels is None


@pytest.mark.parametrize('options, message', [
    ([], 'test_cfg.test_sets is empty'),
    ([dict(split='1')], "lacks 'data_set': add it in test_cfg.test_sets"),
    ([dict(data_set='K600')], "lacks 'split'"),
    ([dict(data_set='K600', split='1', folder='k')], "lacks 'ann_file'"),
    ([
        dict(data_set='K600', split='1'),
        dict(data_set='K600', split='2', labels='k')
    ], 'or none'),
])
def test_what_a_list_lacks_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        make(*options)


def test_a_name_in_the_template_has_to_be_an_option():
    entry = dict(data_set='K600', split='1', labels='a')
    with pytest.raises(ValueError, match="_{half}.* names 'half', which the"):
        make(entry, label_file='{labels}_{half}')


def test_each_file_of_names_is_read_once(tmp_path):
    for name, text in (('a', 'run\nsit'), ('b', 'swim')):
        (tmp_path / f'{name}.txt').write_text(text)
    entries = [
        dict(data_set='K600', split=split, labels=labels)
        for split, labels in (('1', 'b'), ('2', 'a'), ('3', 'b'))
    ]
    sets = make(*entries, label_file=f'{tmp_path}/{{labels}}.txt')
    assert protocol_test_sets.read_class_names(sets) == {
        f'{tmp_path}/a.txt': ['run', 'sit'],
        f'{tmp_path}/b.txt': ['swim']
    }
    assert [each.labels for each in sets] == ['b.txt', 'a.txt', 'b.txt']


@pytest.mark.parametrize('head, wanted', [
    (dict(class_names='labels/ucf.csv'), 'ucf.csv'),
    (dict(class_names=['run', 'sit']), 'config'),
    (dict(num_classes=4), 'config'),
])
def test_the_classes_of_a_model_have_a_name(head, wanted):
    assert protocol_test_sets.labels_of_model(
        Config(dict(model=dict(cls_head=head)))) == wanted
    assert protocol_test_sets.labels_of_model(Config()) == 'config'


def test_facts_of_the_tables_are_told_from_others():
    facts = dict(note='mine', frames=8, views='4x3', shots=2, list_seed=1)
    assert protocol_test_sets.split_facts(facts) == (dict(
        frames=8, views='4x3', shots=2, list_seed=1), dict(note='mine'))
    with pytest.raises(ValueError, match='cannot set results, seed: that is'):
        protocol_test_sets.split_facts(dict(results=[], seed=1))


@pytest.mark.parametrize('steps, frames, views', [
    ([dict(type='SegmentSample', num_frames=16)], 16, '1x1'),
    ([
        dict(type='DecordInit'),
        dict(type='mmaction.SampleFrames', clip_len=8, num_clips=10),
        dict(type='ThreeCrop', crop_size=224)
    ], 8, '10x3'),
    ([dict(type='SampleFrames', clip_len=32),
      dict(type='TenCrop')], 32, '1x10'),
    ([
        dict(type='UniformSample', clip_len=4, num_clips=2),
        dict(type='CenterCrop')
    ], 4, '2x1'),
])
def test_frames_and_views_of_stock_pipelines(steps, frames, views):
    assert protocol_test_sets.frames_and_views(steps) == (frames, views)


def test_pipelines_that_do_not_tell_are_named():
    with pytest.raises(ValueError, match='DecordInit, MySample .* do not set'):
        protocol_test_sets.frames_and_views(
            [dict(type='DecordInit'),
             dict(type='MySample')])
    with pytest.raises(ValueError, match=r'\(none\)'):
        protocol_test_sets.frames_and_views([])


def test_descriptors_are_found_by_the_file_of_names(tmp_path):
    for name, words in (('a', '{"0": ["x"], "1": ["y"]}'), ('b', '{"0": []}')):
        (tmp_path / f'{name}_spatial.json').write_text(words)
    files = dict(spatial=f'{tmp_path}/{{labels}}_spatial.json')
    names = {'labels/a.csv': ['run', 'sit']}
    assert protocol_test_sets.read_descriptors(names, files) == {
        'labels/a.csv': dict(spatial=[['x'], ['y']])
    }
    assert protocol_test_sets.read_descriptors(names, {}) == {
        'labels/a.csv': {}
    }
    with pytest.raises(ValueError, match='class 0 has 0 of the kind'):
        protocol_test_sets.read_descriptors({'labels/b.csv': ['swim']}, files)
