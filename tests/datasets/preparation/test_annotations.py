"""Readers of small annotation files, and draws from what they read."""
import json

import pytest

from projects.tc_clip.datasets.preparation import annotations


def put(folder, **files):
    """Writes files; ``__`` in a name stands for its dot."""
    for name, text in files.items():
        (folder / name.replace('__', '.')).write_text(text)


def test_kinetics_names_videos_by_their_seconds(tmp_path):
    put(tmp_path,
        k_val__csv='label,youtube_id,time_start,time_end,split\n'
        '"air drumming",-a_b,7,17,val\nzumba,c,123.0,133.0,val\n')
    assert annotations.read_kinetics(tmp_path, 'val', 1) == [
        ('-a_b_000007_000017', 'air drumming'), ('c_000123_000133', 'zumba')
    ]
    put(tmp_path, k_train__csv='name,id\nzumba,a\n')
    with pytest.raises(ValueError, match=r"must name the columns \['label'"):
        annotations.read_kinetics(tmp_path, 'train', 1)


def test_hmdb51_marks_training_and_testing(tmp_path):
    put(tmp_path,
        brush_hair_test_split2__txt='a.avi 1\nb(x)!.avi 2 \n\nc d.avi 0\n',
        kick_test_split1__txt='e.avi 2\n')
    read = annotations.read_hmdb51
    assert read(tmp_path, 'train', 2) == [('brush_hair/a.avi', 'brush hair')]
    assert read(tmp_path, 'val', 2) == [('brush_hair/b(x)!.avi', 'brush hair')]
    assert read(tmp_path, 'val', 1) == [('kick/e.avi', 'kick')]
    put(tmp_path, kick_test_split1__txt='e.avi 3\n')
    with pytest.raises(ValueError, match="'e.avi 3' must end in 0, 1 or 2"):
        read(tmp_path, 'val', 1)


def test_ucf101_tells_classes_by_folders(tmp_path):
    put(tmp_path,
        trainlist02__txt='YoYo/a.avi 101\nArchery/b.avi 3\n',
        testlist02__txt='YoYo/c.avi\n')
    read = annotations.read_ucf101
    assert read(tmp_path, 'train', 2) == [('YoYo/a.avi', 'YoYo'),
                                          ('Archery/b.avi', 'Archery')]
    assert read(tmp_path, 'val', 2) == [('YoYo/c.avi', 'YoYo')]


def test_ssv2_names_classes_without_brackets(tmp_path):
    video = dict(id='7', template='Putting [something] on [a thing]')
    put(tmp_path, x_validation__json=json.dumps([video]))
    assert annotations.read_ssv2(tmp_path, 'val',
                                 1) == [('7', 'Putting something on a thing')]
    put(tmp_path, x_train__json='[{"id": "7"}]')
    with pytest.raises(ValueError, match="must have 'id' and 'template'"):
        annotations.read_ssv2(tmp_path, 'train', 1)


def test_one_annotation_file_is_wanted(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'holds no \*val\*.csv'):
        annotations.find_file(tmp_path, '*val*.csv')
    put(tmp_path, a_val__csv='', **{'__hidden_val__csv': ''})
    assert annotations.find_file(tmp_path,
                                 '*val*.csv') == tmp_path / 'a_val.csv'
    put(tmp_path, b_val__csv='')
    with pytest.raises(ValueError, match='holds 2 files .*a_val.csv, .*b_val'):
        annotations.find_file(tmp_path, '*val*.csv')


def test_labels_follow_the_list_of_names():
    videos = [('1', 'swim'), ('2', 'run'), ('3', 'swim'), ('4', 'sit')]
    label = annotations.label_videos
    assert label(videos, ['sit', 'swim'], ['run', 'sit', 'swim']) == [('1', 1),
                                                                      ('3', 1),
                                                                      ('4', 0)]
    with pytest.raises(ValueError, match=r"does not know: \['run'\]"):
        label(videos, ['sit'], ['sit', 'swim'])
    with pytest.raises(ValueError, match=r"no video of \['jump'\]"):
        label(videos, ['jump'], ['jump', 'run', 'sit', 'swim'])


def test_smaller_draws_are_part_of_larger_ones():
    entries = [(f'v{i}', i // 10) for i in range(30)]
    draws = [annotations.draw_shots(entries, k, 'seed') for k in (1, 4, 10)]
    assert [len(drawn) for drawn in draws] == [3, 12, 30]
    assert {*draws[0]} < {*draws[1]} < {*draws[2]} == {*entries}
    assert [label for _, label in draws[1]] == [0] * 4 + [1] * 4 + [2] * 4
    # whatever the order of the annotation
    assert annotations.draw_shots(entries[::-1], 4, 'seed') == draws[1]
    with pytest.raises(ValueError, match='has 10 videos with label 0, not 11'):
        annotations.draw_shots(entries, 11, 'seed')


def test_a_draw_is_even():
    """Every video is as likely as the others."""
    entries = [(f'v{i}', i // 10) for i in range(20)]
    drawn = [
        path for seed in range(400)
        for path, _ in annotations.draw_shots(entries, 2, str(seed))
    ]
    counts = [drawn.count(path) for path, _ in entries]
    assert sum(counts) == 1600 and 50 < min(counts) and max(counts) < 110
