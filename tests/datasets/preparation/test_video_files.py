"""The parts of data preparation: table, class names, draws, video files."""
import hashlib
import os
import time
from pathlib import Path

import pytest

from projects.tc_clip.datasets.preparation import annotations, video_files
from projects.tc_clip.datasets.preparation.list_specs import DATA_SETS
from projects.tc_clip.models.text.class_names import load_class_names

ROOT = Path(__file__).parents[2]
LABELS = ROOT / 'configs/labels'
# of all class names, in the order that the published benchmarks number them
DIGEST = '0efd7a599e3c6404b808718022835e6636c79d97bb97eac13e8f96edf4e485ba'


def test_class_names_have_their_counts_and_halves_make_wholes():
    wholes = dict(kinetics_400=400, hmdb_51=51, ucf_101=101, ssv2=174)
    names = {
        file.stem: load_class_names(file)
        for file in LABELS.glob('*') if file.is_file()
    }
    assert len(names) == 16
    for name, count in wholes.items():
        base, novel = names[f'{name}_base'], names[f'{name}_novel']
        assert len(names[name]) == count
        assert len(base) == (count + 1) // 2 and len(novel) == count // 2
        assert sorted(base + novel) == sorted(names[name])
    assert len(names['kinetics_600']) == 600
    for split in (1, 2, 3):
        part = names[f'kinetics_600_split{split}']
        assert len(part) == 160 and {*part} <= {*names['kinetics_600']}
        assert not {*part} & {*names['kinetics_400']}


def test_class_names_keep_their_order():
    digest = hashlib.sha256()
    for file in sorted(LABELS.glob('*.csv')):
        digest.update('\n'.join([file.stem, *load_class_names(file)]).encode())
    assert digest.hexdigest() == DIGEST


def test_every_list_of_the_table_has_its_class_names():
    for data_set in DATA_SETS.values():
        assert (LABELS / f'{data_set.labels}.csv').is_file()
        assert len({spec.name
                    for spec in data_set.lists}) == len(data_set.lists)
        for spec in data_set.lists:
            assert (LABELS / f'{spec.labels}.csv').is_file()
    few_shot = {spec.name: spec.published for spec in DATA_SETS['ssv2'].lists}
    classes = len(load_class_names(LABELS / 'ssv2.csv'))
    assert few_shot['train_16shot'] == 16 * classes


def test_a_draw_is_even():
    """Every video is as likely as the others."""
    entries = [(f'v{i}', i // 10) for i in range(20)]
    drawn = [
        path for seed in range(400)
        for path, _ in annotations.draw_shots(entries, 2, str(seed))
    ]
    counts = [drawn.count(path) for path, _ in entries]
    assert sum(counts) == 1600 and 50 < min(counts) and max(counts) < 110


def test_videos_that_end_or_block_their_process(monkeypatch):

    def decode(path):
        if path.startswith('ends'):
            os._exit(3)
        if path == 'blocks':
            time.sleep(60)
        return 'is odd' if path == 'odd' else ''

    monkeypatch.setattr(video_files, 'decode_middle', decode)
    monkeypatch.setattr(video_files, '_MOST_SECONDS', 0.5)
    paths = ['a', 'ends', 'b', 'blocks', 'odd', 'ends too', 'c', 'd']
    lost = 'ends the process that decodes it, with status 3'
    assert video_files.decode_errors(paths, 2) == {
        'ends': lost,
        'ends too': lost,
        'blocks': 'takes more than 0 s to decode',
        'odd': 'is odd'
    }
    assert video_files.decode_errors([], 2) == {}


def test_stems_and_suffixes():
    index = {'a.b': ['x/a.b.MP4'], 'c': ['y z/c.avi'], 'd': ['d.mp4', 'd.avi']}
    match = video_files.match_video
    assert match('a.b', index) == match('other/a.b.webm', index) == 'x/a.b.MP4'
    assert match('A.B', index) is None
    assert match('d.avi', index) == 'd.avi'
    for listed, message in (('c', "'y z/c.avi' has a space"),
                            ('d', 'may be any of'), ('d.mkv', 'may be any')):
        with pytest.raises(ValueError, match=message):
            match(listed, index)


def test_videos_are_found_through_links_and_hidden_ones_are_not(tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'root').mkdir()
    for name in ('a.WEBM', '._a.mp4', 'a.txt'):
        (tmp_path / 'real' / name).write_text('')
    (tmp_path / 'root/link').symlink_to(tmp_path / 'real')
    index = video_files.index_videos(tmp_path / 'root')
    assert index == {'a': ['link/a.WEBM']}
