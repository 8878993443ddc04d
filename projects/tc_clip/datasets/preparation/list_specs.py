"""Specifies the lists that each data set needs, for tools/prepare_data.py."""
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from .annotations import read_hmdb51, read_kinetics, read_ssv2, read_ucf101

_SHOTS = 2, 4, 8, 16
_SEEDS = 1, 2, 3
_BASE_SHOTS = 16
# Regular expressions for `normalise`d paths in a clone of the official
# repository, whose layout may differ from one release to the next.
_HALVES = r'(b2n|base|novel)'
_TESTING = r'(val|validation|test)'


class ListSpec(NamedTuple):
    """Specifies the content of a list, and the source of its lines.

    Attributes:
        name: path in the data set's folder, without ``.txt``.
        labels: file in ``configs/labels`` that numbers the classes, without
            ``.csv``; videos of other classes are left out.
        part: ``'train'`` or ``'val'`` of the official annotation.
        in_clone: regular expression for the list of the official repository.
        split: number of the official split, where there are several.
        shots: videos that are drawn from each class; 0 takes all.
        draw: number of the draw.
        published: length that the data set's authors state; None if they do
            not.
        note: how the list made from official annotation differs from the
            published one.
    """
    name: str
    labels: str
    part: str
    in_clone: str
    split: int = 1
    shots: int = 0
    draw: int = 0
    published: Optional[int] = None
    note: str = ''


class DataSet(NamedTuple):
    """A data set; its folder has the name of its key in ``DATA_SETS``.

    Attributes:
        labels: file in ``configs/labels`` with all classes, without ``.csv``.
        in_clone: regular expression for its paths in the official repository.
        read: reads pairs of path and class name from the folder of the
            official annotation, given the part and the split.
        lists: the lists to prepare.
    """
    labels: str
    in_clone: str
    read: Callable[[Path, str, int], List[Tuple[str, str]]]
    lists: Tuple[ListSpec, ...]


def whole_part(labels: str, part: str, published: int) -> ListSpec:
    """Describes all of a data set's training or validation videos."""
    file = 'train' if part == 'train' else _TESTING
    pattern = rf'^(?!.*({_HALVES}|shot)).*[/_-]{file}\.txt$'
    return ListSpec(part, labels, part, pattern, published=published)


def validation_split(labels: str, split: int, published: int) -> ListSpec:
    """Describes the test videos of one of the official splits."""
    return ListSpec(
        f'val_split{split}',
        labels,
        'val',
        _numbered_split(split),
        split=split,
        published=published)


def zero_shot_split(labels: str, split: int) -> ListSpec:
    """Describes the validation videos of some of the classes."""
    return ListSpec(
        f'val_split{split}',
        f'{labels}_split{split}',
        'val',
        _numbered_split(split),
        note='all validation videos of its classes, not the published choice')


def _numbered_split(split: int) -> str:
    """Returns a pattern for validation lists with the number of the split."""
    return (rf'^(?!.*({_HALVES}|train|shot)).*({_TESTING}|split)'
            rf'(list|_?split)?_?0?{split}(?!\d)[^/]*$')


def few_shot(labels: str, classes: int) -> Tuple[ListSpec, ...]:
    """Describes training lists of K videos per class."""
    return tuple(
        ListSpec(
            f'train_{shots}shot',
            labels,
            'train', rf'^(?!.*({_HALVES}|{_TESTING})).*'
            rf'(shots?_?{shots}(?!\d)|(?<!\d){shots}_?shot)',
            shots=shots,
            published=shots * classes,
            note=_draw_note(shots)) for shots in _SHOTS)


def base_to_novel(labels: str,
                  base: Optional[int] = None,
                  novel: Optional[int] = None) -> Tuple[ListSpec, ...]:
    """Describes the lists of training on half of the classes."""
    train = tuple(
        ListSpec(
            f'base_to_novel/train_seed{seed}',
            f'{labels}_base',
            'train', rf'^(?=.*(b2n|base))(?!.*{_TESTING}).*'
            rf'(train|seed|split)_?{seed}(?!\d)',
            shots=_BASE_SHOTS,
            draw=seed,
            note=_draw_note(_BASE_SHOTS)) for seed in _SEEDS)
    val = tuple(
        ListSpec(
            f'base_to_novel/val_{half}',
            f'{labels}_{half}',
            'val',
            rf'^(?!.*({other}|train))(?=.*{_TESTING}).*{half}',
            published=published)
        for half, other, published in (('base', 'novel', base),
                                       ('novel', 'base', novel)))
    return train + val


def _draw_note(shots: int) -> str:
    """Returns the note that a random list is not the published one."""
    return f'a new draw of {shots} videos a class, not the published one'


# Lengths: the papers of Kinetics-400 (50 validation videos a class; many
# have gone from YouTube since), HMDB-51 (70 training and 30 test videos a
# class), UCF-101 and Something-Something v2.
DATA_SETS: Dict[str, DataSet] = dict(
    kinetics400=DataSet(
        'kinetics_400',
        r'k(inetics)?[_-]?400',
        read_kinetics,
        lists=(
            whole_part('kinetics_400', 'train', 246245),
            whole_part('kinetics_400', 'val', 20000),
            *base_to_novel('kinetics_400', 10000, 10000),
        )),
    kinetics600=DataSet(
        'kinetics_600',
        r'k(inetics)?[_-]?600',
        read_kinetics,
        lists=(
            zero_shot_split('kinetics_600', 1),
            zero_shot_split('kinetics_600', 2),
            zero_shot_split('kinetics_600', 3),
        )),
    hmdb51=DataSet(
        'hmdb_51',
        'hmdb',
        read_hmdb51,
        lists=(
            validation_split('hmdb_51', 1, 1530),
            validation_split('hmdb_51', 2, 1530),
            validation_split('hmdb_51', 3, 1530),
            *few_shot('hmdb_51', classes=51),
            *base_to_novel('hmdb_51', 780, 750),
        )),
    ucf101=DataSet(
        'ucf_101',
        'ucf',
        read_ucf101,
        lists=(
            validation_split('ucf_101', 1, 3783),
            validation_split('ucf_101', 2, 3734),
            validation_split('ucf_101', 3, 3696),
            *few_shot('ucf_101', classes=101),
            *base_to_novel('ucf_101'),
        )),
    ssv2=DataSet(
        'ssv2',
        r'ss[_-]?v2|sth[_-]?v2|something',
        read_ssv2,
        lists=(
            whole_part('ssv2', 'val', 24777),
            *few_shot('ssv2', classes=174),
            *base_to_novel('ssv2'),
        )))
