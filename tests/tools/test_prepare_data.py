"""Data preparation on stand-ins of each annotation format."""
import itertools
import json
import os
import re
from pathlib import Path

import _prepare_lists
import prepare_data
import pytest
from mmaction.datasets import VideoDataset


def lines(path):
    return path.read_text().splitlines()


def row(printed, name):
    """Returns found, expected and what follows in the table's row."""
    for line in printed.splitlines():
        if line.split()[:1] == [name]:
            found, expected, *rest = line.split()[1:]
            return int(found), int(expected), ' '.join(rest)
    raise AssertionError(f'{name} is not in {printed}')


def test_ucf101_from_its_lists(prepare, folder, ucf101):
    train, test = ucf101
    status, printed = prepare('ucf101', '--from', 'official')
    assert status == 0
    root = folder / 'ucf101'
    assert lines(root / 'val_split3.txt') == [
        f'UCF-101/{path} {int("YoYo" in path)}' for path in test
    ]
    assert row(printed, 'val_split1') == (4, 4, '3783 3783')
    draws = {
        shots: lines(root / f'train_{shots}shot.txt')
        for shots in (2, 4, 8, 16)
    }
    for shots, drawn in draws.items():
        assert [line[-1] for line in drawn] == ['0'] * shots + ['1'] * shots
        assert {line[8:-2] for line in drawn} <= {*train}
        note = row(printed, f'train_{shots}shot')[2]
        assert note.split(maxsplit=1) == [
            f'{shots * 101}', f'a new draw of {shots} videos a class, not the '
            'published one'
        ]
    assert {*draws[2]} < {*draws[4]} < {*draws[8]} < {*draws[16]}
    seeds = [
        lines(root / f'base_to_novel/train_seed{seed}.txt')
        for seed in (1, 2, 3)
    ]
    assert all(len(drawn) == 16 for drawn in seeds)
    assert all({*a} != {*b} for a, b in itertools.combinations(seeds, 2))
    for half, name in (('base', 'YoYo'), ('novel', 'Archery')):
        assert lines(root / f'base_to_novel/val_{half}.txt') == [
            f'UCF-101/{path} 0' for path in test if name in path
        ]
    assert not [*root.rglob('*.missing.txt'), *root.rglob('*.part')]


def test_own_draws_follow_the_seed(prepare, folder, ucf101):
    drawn = []
    for seed in (0, 0, 1):
        args = ('--lists', 'train_8shot', '--seed', seed)
        assert prepare('ucf101', '--from', 'official', *args)[0] == 0
        drawn.append(lines(folder / 'ucf101/train_8shot.txt'))
    assert drawn[0] == drawn[1] != drawn[2]
    assert [file.name for file in (folder / 'ucf101').glob('*.txt')
            ] == ['train_8shot.txt']


def test_hmdb51_from_its_lists(prepare, folder, write, put):
    marks = ('a.avi 1', 'b(x)!.avi 2', 'c.avi 0')
    for name in ('brush_hair', 'kick'):
        text = ''.join(f'{name}_{mark} \n' for mark in marks)
        write(f'elsewhere/splits/{name}_test_split2.txt', text)
        put(f'hmdb51/{name}/{name}_b(x)!.avi')
    status, _ = prepare('hmdb51', '--from', 'official', folder / 'elsewhere',
                        '--lists', 'val_split2')
    assert status == 0
    assert lines(folder / 'hmdb51/val_split2.txt') == [
        'brush_hair/brush_hair_b(x)!.avi 0', 'kick/kick_b(x)!.avi 1'
    ]


def test_hmdb51_numbered_as_published(prepare, folder, write, put):
    names = ['kick', 'kick ball']
    (_prepare_lists.LABELS /
     'hmdb_51.csv').write_text('id,name\n0,kick ball\n1,kick\n')
    for name in ('kick', 'kick_ball'):
        write(f'hmdb51/annotations/{name}_test_split1.txt',
              f'x_{name}_u.avi 2\n')
        put(f'hmdb51/{name}/x_{name}_u.avi')
    args = ('hmdb51', '--from', 'official', '--lists', 'val_split1')
    for options, labels in (((), '10'), (('--numbering', 'published'), '01')):
        status, printed = prepare(*args, *options)
        assert status == 0
        assert sorted(lines(folder / 'hmdb51/val_split1.txt')) == [
            f'{name}/x_{name}_u.avi {label}'
            for name, label in zip(('kick', 'kick_ball'), labels)
        ]
        assert ("'kick ball' has the videos of 'kick'" in printed) == (
            labels == '01')
    write(f'{_prepare_lists.LABELS}/llm/hmdb_51.json',
          json.dumps({
              i: f'{name}: a text'
              for i, name in enumerate(names)
          }))
    assert prepare(*args, '--numbering', 'published')[0] == 0
    status, printed = prepare(*args)
    assert status == 1 and 'hmdb_51.json: ' in printed


def test_ssv2_from_its_json(prepare, folder, write, put):
    templates = 'Closing [something]', 'Opening [something]', 'Moving it'
    videos = [
        dict(id=str(i), template=template, label='', placeholders=[])
        for i, template in enumerate(templates)
    ]
    write('ssv2/annotations/something-something-v2-validation.json',
          json.dumps(videos))
    put('ssv2/videos/0.webm', 'ssv2/videos/1.webm', 'ssv2/videos/2.webm')
    status, printed = prepare('ssv2', '--from', 'official', '--lists', 'val',
                              'base_to_novel/val_base')
    assert status == 0 and row(printed, 'val') == (3, 3, '24777 24777')
    assert lines(folder / 'ssv2/val.txt') == [
        'videos/0.webm 0', 'videos/1.webm 1', 'videos/2.webm 2'
    ]
    assert lines(folder / 'ssv2/base_to_novel/val_base.txt') == [
        'videos/1.webm 0', 'videos/2.webm 1'
    ]


def kinetics(*rows):
    header = 'label,youtube_id,time_start,time_end,split'
    return '\n'.join((header, *rows))


def test_kinetics_from_its_csv(prepare, folder, write, put):
    write(
        'kinetics400/annotations/kinetics_val.csv',
        kinetics('"zumba",-a_b,7,17,val', 'abseiling,c,0,10,val',
                 'air drumming,d,123,133,val'))
    put('kinetics400/val/zumba/-a_b_000007_000017.mp4',
        'kinetics400/val/c_000000_000010.mkv',
        'kinetics400/val/air_drumming/d_000123_000133.mp4')
    status, _ = prepare('kinetics400', '--from', 'official', '--lists', 'val')
    assert status == 0
    data = VideoDataset(
        str(folder / 'kinetics400/val.txt'), [],
        data_prefix=dict(video=str(folder / 'kinetics400')))
    items = [data.get_data_info(i) for i in range(3)]
    assert [item['label'] for item in items] == [2, 0, 1]
    assert all(os.path.isfile(item['filename']) for item in items)


def test_kinetics600_keeps_the_classes_of_the_split(prepare, folder, write,
                                                    put):
    write(
        'kinetics600/annotations/validate.csv',
        kinetics('zumba,a,0,10,val', 'lawn mower racing,b,0,10,val',
                 'abseiling,c,0,10,val'))
    put('kinetics600/a_000000_000010.mp4', 'kinetics600/c_000000_000010.mp4')
    status, printed = prepare('kinetics600', '--from', 'official', '--lists',
                              'val_split1')
    assert status == 0
    assert 'not the published choice' in row(printed, 'val_split1')[2]
    assert lines(folder / 'kinetics600/val_split1.txt') == [
        'a_000000_000010.mp4 0', 'c_000000_000010.mp4 1'
    ]


@pytest.mark.parametrize('text, message', [
    (kinetics('Zumba,a,0,10,val'), "does not know: \\['Zumba'\\]"),
    (kinetics('zumba,a,0,10,val'), "no video of \\['abseiling'"),
    ('name,id\nzumba,a', 'must name the columns'),
])
def test_annotation_that_is_not_official_is_refused(prepare, write, put, text,
                                                    message):
    write('kinetics400/annotations/val.csv', text)
    put('kinetics400/a_000000_000010.mp4')
    status, error = prepare('kinetics400', '--from', 'official', '--lists',
                            'val')
    assert status == 1 and error.startswith('error: ')
    assert re.search(message, error)


def test_annotation_that_is_absent_or_double_is_named(prepare, write, put):
    put('kinetics400/a_000000_000010.mp4')
    args = ('kinetics400', '--from', 'official', '--lists', 'val')
    status, error = prepare(*args)
    assert status == 1 and 'annotations holds no *val*.csv: ' in error
    write('kinetics400/annotations/val.csv', '')
    write('kinetics400/annotations/old/val.csv', '')
    status, error = prepare(*args)
    assert status == 1 and 'holds 2 files *val*.csv: ' in error


def test_too_few_videos_to_draw_from(prepare, ucf101, folder):
    list_ = folder / 'ucf101/annotations/trainlist01.txt'
    list_.write_text('\n'.join(lines(list_)[3:]))
    status, error = prepare('ucf101', '--from', 'official')
    assert status == 1
    assert 'has 14 videos with label 0, not 16; 1 classes' in error


VAL = ('ucf101', '--from', 'official', '--lists', 'val_split1')


def test_lists_with_missing_videos_are_not_written(prepare, folder, ucf101):
    root = folder / 'ucf101'
    (root / 'UCF-101/Archery/v_Archery_g21.avi').unlink()
    args = (*VAL, 'val_split2', 'train_2shot')
    status, printed = prepare(*args)
    assert status == 1 and 'error: not written (2 lists):' in printed
    assert 'val_split1: 1 of 4 videos are missing' in printed
    assert row(printed, 'val_split1') == (3, 4, '3783 3783')
    assert sorted(file.name for file in root.glob('*.txt')) == [
        'train_2shot.txt', 'val_split1.missing.txt', 'val_split2.missing.txt'
    ]
    assert lines(root / 'val_split1.missing.txt') == [
        'Archery/v_Archery_g21.avi: not found'
    ]
    assert prepare(*args, '--skip-missing')[0] == 0
    assert len(lines(root / 'val_split1.txt')) == 3
    assert len(lines(root / 'train_2shot.txt')) == 4


def test_the_list_of_the_missing_goes_when_they_come(prepare, folder, put,
                                                     ucf101):
    name = 'ucf101/UCF-101/Archery/v_Archery_g21.avi'
    (folder / name).unlink()
    assert prepare(*VAL)[0] == 1
    put(name)
    assert prepare(*VAL)[0] == 0
    assert [file.name for file in (folder / 'ucf101').glob('*.txt')
            ] == ['val_split1.txt']


def test_broken_videos_are_found_by_decoding(prepare, folder, ucf101):
    root = folder / 'ucf101'
    damaged, text = (
        root / f'UCF-101/{name}/v_{name}_g20.avi'
        for name in ('Archery', 'YoYo'))
    content = damaged.read_bytes()
    third, most = len(content) // 3, len(content) * 3 // 4
    # the index at the end is whole, so that only decoding fails
    damaged.write_bytes(content[:third] + bytes(most - third) + content[most:])
    text.write_text('not a video')
    assert prepare(*VAL)[0] == 0
    (root / 'val_split1.txt').unlink()
    status, printed = prepare(*VAL, '--decode', '--workers', 2)
    assert status == 1 and not (root / 'val_split1.txt').exists()
    assert row(printed, 'val_split1') == (2, 4, '3783 3783')
    missing = lines(root / 'val_split1.missing.txt')
    for line, path in zip(missing, (damaged, text)):
        start = f'{path.relative_to(root)}: cannot be read ('
        assert line.startswith(start) and line.endswith(')')
    assert prepare(*VAL, '--decode', '--skip-missing')[0] == 0
    assert [line.split()[0][-7:] for line in lines(root / 'val_split1.txt')
            ] == ['g21.avi', 'g21.avi']


def test_shards_decode_together(prepare, folder, ucf101):
    root = folder / 'ucf101'
    (root / 'UCF-101/YoYo/v_YoYo_g21.avi').write_text('not a video')
    _, alone = prepare(*VAL, '--decode', '--skip-missing')
    one = lines(root / 'val_split1.txt')
    for file in (*root.glob('*.txt'), root / 'decoded.jsonl'):
        file.unlink()
    status, printed = prepare(*VAL, '--decode', '--shard', '1/2',
                              '--skip-missing')
    assert status == 0 and not (root / 'val_split1.txt').exists()
    assert 'shard 1 of 2 is done' in printed and '2 of 4 videos' in printed
    status, printed = prepare(*VAL, '--decode', '--shard', '0/2',
                              '--skip-missing')
    assert status == 0 and row(printed, 'val_split1') == row(
        alone, 'val_split1')
    assert lines(root / 'val_split1.txt') == one
    assert len(one) == 3


def test_an_ambiguous_stem_is_an_error(prepare, folder, put, ucf101):
    put('ucf101/other/v_Archery_g20.mp4')
    assert prepare(*VAL)[0] == 0  # only one of the two is at the listed path
    assert 'other' not in (folder / 'ucf101/val_split1.txt').read_text()
    put('ucf101/other/Archery/v_Archery_g20.avi')
    status, error = prepare(*VAL)
    assert status == 1
    assert ('Archery/v_Archery_g20.avi may be any of '
            "['UCF-101/Archery/v_Archery_g20.avi', "
            "'other/Archery/v_Archery_g20.avi'") in error


def test_a_folder_without_videos_is_refused(prepare, write):
    write('ucf101/annotations/testlist01.txt', 'Archery/a.avi\nYoYo/b.avi')
    status, error = prepare(*VAL)
    assert status == 1 and 'ucf101 holds no videos: ' in error


def test_an_unknown_list_is_refused(prepare):
    status, error = prepare('ssv2', '--from', 'official', '--lists',
                            'val_split1')
    assert status == 1
    assert ("ssv2 has no list 'val_split1' from official: choose from train, "
            'val, ') in error
    status, error = prepare('ssv2', '--from', 'official', '--lists',
                            'temporal/val')
    assert status == 1 and "no list 'temporal/val' from official" in error


@pytest.mark.parametrize('args, message', [
    (['--from', 'web'], '--from takes'),
    (['--from', 'official', 'a', 'b'], '--from takes'),
    (['--from', 'tc-clip'], 'needs the folder'),
    (['--from', 'official', '--llm-labels'], 'is for --from tc-clip'),
    (['--from', 'official', '--lists', 'val=a'], 'is for --from tc-clip'),
    (['--from', 'official', '--workers', '0'], 'must be 1 or more'),
    (['--from', 'official', '--shard', '0/2'], 'shards are for --decode'),
    (['--from', 'official', '--numbering', 'published'], 'is for hmdb51'),
])
def test_options_that_do_not_go_together(args, message, capsys):
    with pytest.raises(SystemExit) as raised:
        prepare_data.parse_args(['ssv2', *args])
    assert raised.value.code == 2 and message in capsys.readouterr().err


def test_data_is_where_the_configs_look(monkeypatch):
    args = ['ssv2', '--from', 'official']
    monkeypatch.delenv('MMACTION_DATA', raising=False)
    assert prepare_data.parse_args(args).data == Path('data')
    monkeypatch.setenv('MMACTION_DATA', '/videos')
    assert prepare_data.parse_args(args).data == Path('/videos')
