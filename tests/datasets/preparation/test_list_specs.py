"""The table of lists, and the class names that it counts on."""
import hashlib

from projects.tc_clip.datasets.preparation.list_specs import DATA_SETS
from projects.tc_clip.models.text.class_names import load_class_names
from tests.small import CONFIGS

LABELS = CONFIGS / 'labels'
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


def test_the_line_of_a_class_is_its_label():
    """MMAction2's demo.py takes the lines of a file as classes."""
    for file in sorted(LABELS.glob('*.csv')):
        for label, line in enumerate(file.read_text().splitlines()):
            assert line.startswith(f'{label},'), file


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


def test_every_list_of_the_paper_is_there():
    names = {
        name: [spec.name for spec in data_set.lists]
        for name, data_set in DATA_SETS.items()
    }
    splits = [f'val_split{i}' for i in (1, 2, 3)]
    shots = [f'train_{k}shot' for k in (2, 4, 8, 16)]
    halves = [
        f'base_to_novel/{name}'
        for name in ('train_seed1', 'train_seed2', 'train_seed3', 'val_base',
                     'val_novel')
    ]
    subsets = ['temporal/train', 'temporal/val', 'static/train', 'static/val']
    assert names == dict(
        kinetics400=['train', 'val', 'train_tiny', *halves, *subsets],
        kinetics600=splits,
        hmdb51=splits + shots + halves,
        ucf101=splits + shots + halves,
        ssv2=['train', 'val', *shots, *halves, *subsets])
    # base-to-novel trains on 16 videos of each base class, three draws
    drawn = {(spec.shots, spec.draw, spec.labels[-5:])
             for data_set in DATA_SETS.values()
             for spec in data_set.lists
             if spec.name.startswith('base_to_novel/train')}
    assert drawn == {(16, draw, '_base') for draw in (1, 2, 3)}


def test_published_and_stated_lengths_are_told_apart():
    lengths = {
        f'{name} {spec.name}': (spec.published, spec.stated)
        for name, data_set in DATA_SETS.items()
        for spec in data_set.lists
        if spec.published != spec.stated and not spec.shots and not spec.subset
    }
    half = 'base_to_novel/val'
    assert lengths == {
        'kinetics400 train': (None, 246245),
        'kinetics400 val': (19877, 20000),
        f'kinetics400 {half}_base': (9944, 10000),
        f'kinetics400 {half}_novel': (9933, 10000),
        'kinetics600 val_split1': (14084, None),
        'kinetics600 val_split2': (13978, None),
        'kinetics600 val_split3': (14136, None),
        f'ucf101 {half}_base': (2088, None),
        f'ucf101 {half}_novel': (1695, None),
        f'ssv2 {half}_base': (17562, None),
        f'ssv2 {half}_novel': (7215, None),
    }
