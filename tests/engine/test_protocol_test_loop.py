"""A protocol's lists, classes, files and row, with a model of a few layers."""
import itertools
import json
from pathlib import Path

import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.fileio import load
from mmengine.runner import Runner

from projects.tc_clip.engine import BrokenVideosHook, protocol_test_loop
from projects.tc_clip.evaluation import our_rows, read_scores
from projects.tc_clip.evaluation.tables import cell_text
from projects.tc_clip.models.heads.class_text_head import ClassTextHead
from tests import small
from tests.engine.six_videos import SixVideos
from tests.small import changed, model_config, save_clip, spy

ARCH = changed(
    small.ARCH, dict(layers=2, patch_size=16), dict(layers=2), quick_gelu=True)
PIPELINE = [dict(type='SegmentSample', num_frames=2)]
SPLITS = '1', '2', '3'
NUMBERS = itertools.count()  # MMEngine keeps runs by their names


@pytest.fixture
def labels(tmp_path):
    """Writes files of six class names; returns the folder."""
    folder = tmp_path / 'labels'
    folder.mkdir()
    for name in ('hmdb', 'ucf', 'k600_1', 'k600_2', 'k600_3'):
        rows = ''.join(f'{i},{name} {i}\n' for i in range(6))
        (folder / f'{name}.csv').write_text(f'id,name\n{rows}')
    return folder


@pytest.fixture
def make_runner(tmp_path, labels):
    """Makes a runner that tests a small model as ``test_cfg`` says."""
    clip = tmp_path / 'clip.pt'
    save_clip(clip, ARCH)
    model = model_config(
        backbone=dict(
            arch=ARCH,
            pretrained=str(clip),
            reference=dict(type='ContextTokens', num_tokens=2)),
        cls_head=dict(class_names=['run', 'sit', 'hop'], average_clips='prob'),
        data_preprocessor=dict(
            type='ActionDataPreprocessor',
            mean=[127.5] * 3,
            std=[64.] * 3,
            format_shape='NCTHW'))

    def make_runner(
            evaluator=dict(type='AccMetric'), pipeline=PIPELINE, **test_cfg):
        torch.manual_seed(1)
        test_cfg = dict(
            dict(
                type='ProtocolTestLoop',
                data_root='data',
                label_file=str(labels / '{labels}.csv')), **test_cfg)
        return Runner(
            model,
            work_dir=str(tmp_path),
            experiment_name=f'run_{next(NUMBERS)}',
            test_dataloader=dict(
                batch_size=3,
                num_workers=0,
                collate_fn=dict(type='pseudo_collate'),
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dict(type='SixVideos', pipeline=pipeline)),
            test_evaluator=evaluator,
            test_cfg=test_cfg,
            default_hooks=dict(logger=None, runtime_info=None),
            randomness=dict(seed=1024),
            default_scope='mmaction',
            log_level='ERROR')

    return make_runner


def zero_shot_list(data_set, split, names):
    return dict(
        data_set=data_set,
        split=split,
        folder=data_set,
        ann_file=f'{split}.txt',
        labels=names)


NINE_LISTS = [
    zero_shot_list(data_set, split, names.format(split))
    for data_set, names in (('HMDB-51', 'hmdb'), ('UCF-101', 'ucf'),
                            ('K600', 'k600_{}')) for split in SPLITS
]


def written(runner):
    """Returns the JSON, its scores and the Markdown that a test wrote."""
    file = Path(runner.log_dir, 'protocol_results.json')
    table = file.with_suffix('.md').read_text('utf-8')
    return json.loads(file.read_text()), read_scores(file), table


def test_broken_videos_are_counted_for_each_list(make_runner, monkeypatch):
    monkeypatch.setattr(SixVideos, 'broken_list', '2.txt')
    runner = make_runner(protocol='zero_shot', test_sets=NINE_LISTS[:3])
    runner.register_hook(BrokenVideosHook())
    runner.test()
    content, scores, table = written(runner)
    assert [result['broken'] for result in content['results']] == [0, 2, 0]
    assert [score.broken for score in scores] == [0, 2, 0]
    assert table.count('| 6 (2 broken) |') == 1


def test_texts_names_and_loaders_are_made_once(make_runner, monkeypatch):
    encoded = spy(monkeypatch, ClassTextHead, '_encode_trunk')
    read = spy(monkeypatch, Path, 'read_text')
    built = spy(monkeypatch, Runner, 'build_dataloader')
    lists = dict(test_sets=NINE_LISTS, clip_shares=(0., 0.3))
    runner = make_runner(protocol='zero_shot', **lists)
    runner.test()
    # five lists of classes, with two sets of weights
    assert len(encoded) == 10
    assert [path.suffix for path, *_ in read].count('.csv') == 5
    assert [config['dataset']['ann_file'] for config, *_ in built
            ] == [f'{split}.txt' for split in SPLITS] * 6
    content, scores, _ = written(runner)
    assert [(s.clip_share, s.data_set, s.split)
            for s in scores] == [(share, entry['data_set'], entry['split'])
                                 for share in (0, 0.3) for entry in NINE_LISTS]
    assert [s.labels
            for s in scores[5:8]] == ['ucf.csv', 'k600_1.csv', 'k600_2.csv']
    # each list alone, with texts that are encoded for it
    alone = []
    for share in (0., 0.3):
        for entry in NINE_LISTS:
            single = make_runner(
                protocol='zero_shot', test_sets=[entry], clip_shares=[share])
            single.test()
            alone += written(single)[0]['results']
    assert alone == content['results']
    assert len({(s.top1, s.top5) for s in scores}) > 5


def test_the_row_is_the_collectors(make_runner):
    runner = make_runner(
        protocol='zero_shot', test_sets=NINE_LISTS, clip_shares=(0., 0.3))
    metrics = runner.test()
    _, scores, table = written(runner)
    for row in our_rows('zero_shot', scores):
        cells = [row.source, *row.labels, *map(cell_text, row.values.values())]
        assert f'| {" | ".join(cells)} |' in table.splitlines()
    assert ('| Source | Method | WE | LLM | HMDB-51 | UCF-101 | K600 (Top-1) |'
            ' K600 (Top-5) | All (Top-1) |') in table
    columns = 'HMDB-51', 'UCF-101', 'K600 (Top-1)', 'K600 (Top-5)', 'All (Top'
    assert [*metrics] == [
        f'{name}: {column}' for name in ('TC-CLIP', 'TC-CLIP, WE 0.3')
        for column in (*columns[:-1], 'All (Top-1)')
    ]
    hmdb51 = [s.top1 for s in scores if s.row.clip_share and 'H' in s.data_set]
    assert metrics['TC-CLIP, WE 0.3: HMDB-51'] == pytest.approx(
        sum(hmdb51) / 3)


def test_what_is_missing_is_a_dash(make_runner):
    runner = make_runner(protocol='zero_shot', test_sets=NINE_LISTS[1:6])
    metrics = runner.test()
    assert [*metrics] == ['TC-CLIP: UCF-101']
    row, = (
        line for line in written(runner)[2].splitlines()
        if line.startswith('| ours'))
    ucf101 = row.split(' | ')[5]
    assert row == f'| ours | TC-CLIP |  |  | - | {ucf101} | - | - | - |'
    assert ' ± ' in ucf101


def test_a_dump_for_each_list(make_runner, tmp_path):
    dump = dict(type='DumpResults', out_file_path=str(tmp_path / 'out.pkl'))
    runner = make_runner(
        protocol='zero_shot',
        test_sets=NINE_LISTS[2:4],
        clip_shares=(0., 0.3),
        evaluator=[dict(type='AccMetric'), dump])
    runner.test()
    content, *_ = written(runner)
    files = []
    for result in content['results']:
        name = 'out_{data_set}_{split}_{clip_share}.pkl'.format(**result)
        files.append(tmp_path / name)
        hits = [
            int(sample['pred_score'].argmax()) == int(sample['gt_label'])
            for sample in load(files[-1])
        ]
        assert result['top1'] == pytest.approx(100 * sum(hits) / len(hits))
    assert {*tmp_path.glob('out*.pkl')} == {*files} and len(files) == 4


def test_one_dump_keeps_its_name(make_runner, tmp_path):
    dump = dict(type='DumpResults', out_file_path=str(tmp_path / 'out.pkl'))
    runner = make_runner(
        protocol='zero_shot',
        test_sets=NINE_LISTS[2:3],
        evaluator=[dict(type='AccMetric'), dump])
    runner.test()
    assert [*tmp_path.glob('*.pkl')] == [tmp_path / 'out.pkl']
    assert len(load(tmp_path / 'out.pkl')) == 6


def test_another_evaluator_tests_the_list_of_the_loader(
        make_runner, tmp_path, monkeypatch):
    """As MMAction2's confusion_matrix and clip_feature_extraction ask."""
    logged = spy(monkeypatch, protocol_test_loop, 'print_log')
    dump = dict(type='DumpResults', out_file_path=str(tmp_path / 'out.pkl'))
    evaluator = [dict(type='ConfusionMatrix', num_classes=3), dump]
    runner = make_runner(
        protocol='zero_shot',
        test_sets=NINE_LISTS,
        evaluator=evaluator,
        pipeline=[dict(type='UntrimmedSampleFrames')])
    metrics = runner.test()
    (message, ), = logged
    assert message == (
        'test_evaluator has no AccMetric: the test is on the list of '
        "test_dataloader only, and gives no row of the table 'zero_shot'")
    assert [*metrics] == ['confusion_matrix/result']
    own = SixVideos()
    assert [int(s['gt_label'])
            for s in load(tmp_path / 'out.pkl')] == own.labels.tolist()
    model = runner.model.eval()
    assert model.cls_head.class_names == ['run', 'sit', 'hop']
    guesses = [
        int(model.test_step(pseudo_collate([video]))[0].pred_label)
        for video in own
    ]
    counts = torch.zeros(3, 3)
    for label, guess in zip(own.labels, guesses):
        counts[label, guess] += 1
    assert metrics['confusion_matrix/result'].equal(counts.long())
    assert not [*tmp_path.rglob('protocol_results*')]


@pytest.mark.parametrize('names, rephrased, reason', [
    (['run', 'sit'], True, '3 classes, not 2'),
    (['run', 'sit', 'fly'], False, "the class name 'hop', not 'fly'"),
    (['run', 'sit', 'hop'], False, ''),
    (['RUN', 'SIT', 'HOP'], True, ''),
])
def test_own_classes_are_no_row_of_a_table(make_runner, monkeypatch, names,
                                           rephrased, reason):
    """A config for own videos may inherit from one of a protocol."""
    logged = spy(monkeypatch, protocol_test_loop, 'print_log')
    figures = make_runner(
        protocol='fully_supervised',
        test_sets=[dict(data_set='K-400', split='val')],
        class_names=names,
        rephrased=rephrased).test()
    assert logged == [
        (f'The model has {reason}: the test is on the list of test_dataloader '
         "only, and gives no row of the table 'fully_supervised'", )
    ] * bool(reason)
    in_table = any(name.endswith(': Top-1') for name in figures)
    assert in_table != bool(reason)


def test_descriptors_of_each_list(make_runner, labels, monkeypatch):
    """Templates without class names: only the descriptors differ."""
    for name in ('hmdb', 'ucf'):
        (labels / f'{name}_words.json').write_text(
            json.dumps({i: [f'{name} {i}']
                        for i in range(6)}))
    runner = make_runner(
        protocol='zero_shot',
        test_sets=[NINE_LISTS[0], NINE_LISTS[3]],
        descriptor_files=dict(words=str(labels / '{labels}_words.json')))
    head = runner.model.cls_head
    head.templates = ('with {words}', )
    made = spy(monkeypatch, ClassTextHead, 'tokenize')
    runner.test()
    assert [texts for _, texts, _ in made
            ] == [[f'with {name} {i}' for i in range(6)]
                  for name in ('hmdb', 'ucf')]


def test_rephrased_names_are_stated_not_guessed(make_runner, labels):
    texts = json.dumps({str(i): f'text {i}' for i in range(6)})
    (labels / 'mine.json').write_text(texts)
    run = dict(
        protocol='few_shot',
        test_sets=[dict(data_set='SSv2', split='val', labels='mine')],
        label_file=str(labels / '{labels}.json'),
        facts=dict(shots=4, note='mine'))
    for rephrased in (False, True):
        runner = make_runner(**run, rephrased=rephrased)
        runner.test()
        content, (score, ), table = written(runner)
        assert (content['note'], content['shots']) == ('mine', 4)
        assert score.rephrased == rephrased == content['rephrased']
        assert ('| ours | TC-CLIP |  | ✓ |' in table) == rephrased


@pytest.mark.parametrize('change, message', [
    (dict(protocol='two'), "'two' must be one of zero_shot, few_shot"),
    (dict(test_sets=[]), 'test_sets is empty'),
    (dict(test_sets=[dict(split='1')]), "lacks 'data_set'"),
    (dict(test_sets=[dict(data_set='HMDB-51')]), "lacks 'split'"),
    (dict(test_sets=[dict(data_set='K-400', split='val')]),
     "data_set 'K-400' must be one of HMDB-51, UCF-101, SSv2"),
    (dict(facts=dict(shots=3)), 'shots 3 must be one of 2, 4, 8, 16'),
    (dict(facts=dict()), 'shots None must be one of 2, 4, 8, 16'),
    (dict(facts=dict(shots=2, results=1)), 'facts cannot set results'),
    (dict(common=dict(folder='hmdb51')), "lacks 'ann_file'"),
    (dict(common=dict(labels='a'), label_file='{labels}_{half}'),
     "'{labels}_{half}' names 'half', which the test set"),
    (dict(common=dict(labels='none')), 'none.csv: no such file'),
    (dict(test_sets=[
        dict(data_set='HMDB-51', split='1'),
        dict(data_set='HMDB-51', split='2', labels='hmdb')
    ]), 'give all lists labels, or none'),
    (dict(evaluator=dict(type='AccMetric', prefix='mine')),
     "measured mine/top1, mine/top5, mine/mean1, but not 'acc/top1'"),
    (dict(
        evaluator=dict(
            type='AccMetric',
            metric_options=dict(top_k_accuracy=dict(topk=(1, ))))),
     "measured acc/top1, acc/mean1, but not 'acc/top5'"),
])
def test_what_cannot_be_tested_is_named(make_runner, change, message):
    run = dict(
        protocol='few_shot',
        test_sets=[dict(data_set='HMDB-51', split='1')],
        facts=dict(shots=2))
    with pytest.raises((ValueError, FileNotFoundError)) as raised:
        make_runner(**dict(run, **change)).test()
    assert message in str(raised.value)


def test_frames_and_views_of_other_pipelines_are_stated(make_runner):
    steps = [dict(type='DecordInit'), dict(type='MySample', num=3)]
    runner = make_runner(
        pipeline=steps,
        protocol='fully_supervised',
        test_sets=[dict(data_set='K-400', split='val')],
        facts=dict(frames=3, views='7x1'))
    runner.test()
    assert '| 3 | 7x1 |' in written(runner)[2]
