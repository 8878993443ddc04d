"""tools/run_ablation.py: its rows, figures and page, from small results."""
import json
import os

import _ablation_runs as runs
import numpy as np
import pytest
import run_ablation as tool

from tests.small import CONFIGS, table_cells


def result(top1, seed=0):
    settings = dict(seed=seed, epochs=12, options=[])
    return dict(accuracy={'Top-1': top1}, videos=96, settings=settings)


def protocol_result(entries, protocol='zero_shot', seed=0, **run):
    """Returns a result of (share, data set, split, top-1) and more."""
    content = dict(
        protocol=protocol,
        method='TC-CLIP',
        config='a.py',
        checkpoint='a.pth',
        seed=seed,
        frames=16,
        views='2x1',
        rephrased=False,
        **run)
    content['results'] = [
        dict(
            clip_share=share,
            data_set=data_set,
            split=split,
            top1=top1,
            top5=90.,
            labels='a.csv',
            videos=10) for share, data_set, split, top1 in entries
    ]
    settings = dict(seed=seed, epochs=12, options=[])
    return dict(protocol_results=content, videos=10, settings=settings)


def three_splits(share, *means):
    """Returns entries whose deviation over splits is the root of 6."""
    return [(share, name, str(split), mean + 3 * (split - 2))
            for name, mean in zip(('HMDB-51', 'UCF-101', 'K600'), means)
            for split in (1, 2, 3)]


def test_bases(monkeypatch):
    monkeypatch.delenv('BASE', raising=False)

    def base(*args):
        path = tool.base_config(tool.parse_args(args))
        return os.path.relpath(path, CONFIGS)

    assert base('components') == 'zero_shot/tcclip_k400.py'
    assert base('seed_ratio') == 'few_shot/tcclip_hmdb51.py'
    assert base('components', '--demo') == 'demo/tcclip_motion.py'
    monkeypatch.setenv('BASE', str(CONFIGS / 'few_shot/tcclip_ssv2.py'))
    assert base('components') == 'few_shot/tcclip_ssv2.py'
    assert base('components', '--demo') == 'demo/tcclip_motion.py'


def test_accuracy_of_a_protocol_is_the_row_of_its_table():
    seeds = [
        protocol_result(
            three_splits(0., 50 + shift, 80, 70) +
            three_splits(.3, 60, 82, 74 + shift)[:-1],
            seed=seed) for seed, shift in ((0, 0), (1, 6))
    ]
    # seeds are averaged for each split before the deviation, as everywhere
    assert {
        column: value and np.round(value, 3).tolist()
        for column, value in tool.accuracies(seeds).items()
    } == {
        'HMDB-51': [53, 2.449],
        'UCF-101': [80, 2.449],
        'K600 (Top-1)': [70, 2.449],
        'K600 (Top-5)': [90, 0],
        'All (Top-1)': 67.667,
        'HMDB-51, WE 0.3': [60, 2.449],
        'UCF-101, WE 0.3': [82, 2.449],
        'K600 (Top-1), WE 0.3': None,
        'K600 (Top-5), WE 0.3': None,
        'All (Top-1), WE 0.3': None
    }
    assert 'deviation over splits' in tool.deviation_note(seeds)


def test_protocols_without_deviations_have_those_over_seeds():
    few_shot = [
        protocol_result([(0., 'UCF-101', '1', top1)], 'few_shot', shots=4)
        for top1 in (80., 84.)
    ]
    known = {k: v for k, v in tool.accuracies(few_shot).items() if v}
    assert known == {'UCF-101 K=4': (82, 2)}
    assert 'deviation over seeds' in tool.deviation_note(few_shot)
    assert tool.accuracies(few_shot[:1])['UCF-101 K=4'] == 80
    assert tool.deviation_note(few_shot[:1]) == ''
    halves = [
        protocol_result([(0., 'SSv2', 'base', base),
                         (0., 'SSv2', 'novel', 30.)], 'base_to_novel')
        for base in (20., 40.)
    ]
    # HM of 30 and 30, not the mean of 24 and 34.3, which deviate by 5.14
    mean, deviation = tool.accuracies(halves)['SSv2 HM']
    assert (mean, round(deviation, 2)) == (30, 5.14)


def test_the_newest_test_of_a_protocol_is_read(tmp_path):
    for time, top1 in (('20250301_000000', 54.), ('20241231_000000', 50.)):
        entries = [(0., 'HMDB-51', '1', top1), (.3, 'HMDB-51', '1', top1)]
        file = tmp_path / f'test/{time}/protocol_results.json'
        file.parent.mkdir(parents=True)
        content = protocol_result(entries)['protocol_results']
        file.write_text(json.dumps(content))
    config = runs.Config(dict(test_cfg=dict(type='ProtocolTestLoop')))
    found = runs.read_test(tmp_path, config)
    assert found['protocol_results']['results'][0]['top1'] == 54
    assert found['videos'] == 10


def test_results_of_an_earlier_version_are_tested_again(tmp_path, monkeypatch):
    """They hold averages, from which no row of a table can be made."""
    config = runs.Config(
        dict(
            test_cfg=dict(type='ProtocolTestLoop'),
            train_cfg=dict(max_epochs=12)))
    called = []
    monkeypatch.setattr(runs, 'load_config', lambda *_: config)
    monkeypatch.setattr(runs, 'run_tool',
                        lambda _, name, *__: called.append(name))
    run = runs.Run(tmp_path / 'a.py', [], 0, tmp_path)
    settings = runs.settings_of(run, config)
    runs.write_json(tmp_path / 'settings.json', settings)
    runs.write_json(tmp_path / 'result.json',
                    dict(accuracy={'All': 66}, settings=settings))
    content = protocol_result([(0., 'SSv2', 'val', 9.)])['protocol_results']
    runs.write_json(tmp_path / 'test/time/protocol_results.json', content)
    (tmp_path / 'epoch_12.pth').touch()
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_12.pth'))
    result = runs.train_and_test(run)
    assert called == ['train.py', 'test.py']
    assert result['protocol_results'] == content
    assert runs.train_and_test(run) == result and len(called) == 2


def test_another_checkpoint_is_tested_again(tmp_path, monkeypatch):
    config = runs.Config(
        dict(
            test_cfg=dict(type='ProtocolTestLoop'),
            train_cfg=dict(max_epochs=12)))
    tested = []
    monkeypatch.setattr(runs, 'load_config', lambda *_: config)
    monkeypatch.setattr(
        runs, 'run_tool', lambda _, name, *args: tested.append(args[1])
        if name == 'test.py' else None)
    last, best = (
        tmp_path / f'{name}.pth'
        for name in ('epoch_12', 'best_acc_top1_epoch_9'))
    for file in (last, best):
        file.touch()
    (tmp_path / 'last_checkpoint').write_text(str(last))
    run = runs.Run(tmp_path / 'a.py', [], 0, tmp_path)
    runs.write_json(tmp_path / 'settings.json', runs.settings_of(run, config))
    content = protocol_result([(0., 'SSv2', 'val', 9.)])['protocol_results']
    runs.write_json(tmp_path / 'test/time/protocol_results.json', content)
    for rule in ('last', 'best', 'best'):
        result = runs.train_and_test(run._replace(checkpoint=rule))
        assert result['checkpoint'] == rule
    assert tested == [last, best]
    # other settings train anew, and must not test what came before
    with pytest.raises(FileNotFoundError, match='has no best checkpoint'):
        runs.train_and_test(run._replace(seed=1, checkpoint='best'))


def test_the_base_is_set_for_the_rows_only(monkeypatch):
    monkeypatch.setenv('BASE', 'before.py')
    with pytest.raises(RuntimeError):
        with runs.base_of_rows('base.py'):
            assert os.environ['BASE'] == 'base.py'
            raise RuntimeError
    assert os.environ['BASE'] == 'before.py'
    monkeypatch.delenv('BASE')
    with runs.base_of_rows('base.py'):
        assert os.environ['BASE'] == 'base.py'
    assert 'BASE' not in os.environ


def test_page():
    cost = tool.Cost(150_000_000, 124_300_000, 562.04, 3.21, 2.5 * 2**30, 16,
                     'bfloat16')
    untrained = cost._replace(trained=0, memory=None)
    results = dict(
        vp=[result(40., 3), result(44., 7)], mine=[result(1.),
                                                   result(1.)])
    page = tool.as_markdown('components', 'b.py', results,
                            dict(vp=cost, mine=untrained))
    header, _, vp, mine = table_cells(page)
    assert header[:8] == [
        'Row', 'Top-1', 'Parameters (M)', 'Trained (M)', 'GFLOPs', 'Views/s',
        'Memory (MiB)', 'Paper: HMDB-51'
    ]
    assert vp == [
        '(b) +VP', '42.0 ± 2.0', '150', '124.3', '562', '3.2', '2560.0',
        '53.2 ± 0.8', '80.5 ± 0.7', '71.6 ± 0.9', '68.4', '53.4 ± 0.8',
        '82.0 ± 0.9', '74.7 ± 0.7', '70.0'
    ]
    assert mine == ['mine', '1.0 ± 0.0', '150', '0', '562', '3.2', *['-'] * 9]
    for part in ('`b.py`; epochs: 12; seeds: 3, 7 (mean ± standard deviation '
                 'over seeds, that of the population); ', 'last epoch: 96.',
                 '16 videos in bfloat16', "full-size runs on the paper's data",
                 'zero-shot, from Kinetics-400'):
        assert part in page


def test_rows_of_systems_are_whole_configs(monkeypatch, capsys):
    """Eleven zero-shot configs, or eleven of the demo."""
    called = []
    monkeypatch.setattr(
        tool, 'run_and_measure', lambda rows, args, *names: called.append(
            (rows, *names)))
    monkeypatch.setenv('BASE', 'no/such.py')  # which they do not read
    tool.run_table(tool.parse_args(['systems']))
    tool.run_table(tool.parse_args(['systems', 'ost', 'a5', '--demo']))
    (rows, *names), (demo, *demo_names) = called
    assert len(rows) == 11 and [*rows][:2] == ['tcclip', 'vificlip']
    assert rows['xclip'] == CONFIGS / 'zero_shot/xclip_k400.py'
    assert names == ['zero_shot', 'configs/zero_shot']
    assert [*demo.items()] == [(name, CONFIGS / f'demo/{name}_motion.py')
                               for name in ('a5', 'ost')]
    assert demo_names == ['demo', 'configs/demo']
    with pytest.raises(SystemExit, match='systems has no vivit. Its rows: tc'):
        tool.run_table(tool.parse_args(['systems', 'vivit']))
    with pytest.raises(SystemExit):
        tool.parse_args(['systems', '--base', 'tcclip_k400.py'])
    assert 'are whole configs' in capsys.readouterr().err


def test_settings_of_rows_with_other_recipes():
    rows = dict(a=[result(1., 3), result(1., 4)], b=[result(1., 3)])
    rows['b'][0]['settings'].update(epochs=2, options=['x=1'])
    assert tool.settings_text(rows) == (' with `x=1`; epochs: 12, 2; seeds: '
                                        '3, 4')


def test_a_model_that_trains_nothing_is_tested_as_it_is(tmp_path, monkeypatch):
    config = runs.Config.fromfile(CONFIGS / 'demo/vanilla_clip_motion.py')
    config.model.cls_head.class_names = ['a', 'b', 'c', 'd']
    monkeypatch.setattr(runs, 'run_tool', None)  # must not be called
    states = []
    for seed in (0, 0, 1):
        run = runs.Run(tmp_path / 'a.py', [], seed, tmp_path)
        file = runs.train(run, config, [])
        states.append(runs.torch.load(file)['state_dict'])
    same, again, other = (state['backbone.proj'] for state in states)
    assert same.equal(again) and not same.equal(other)
    runs.MODELS.build(config.model).load_state_dict(states[0])
