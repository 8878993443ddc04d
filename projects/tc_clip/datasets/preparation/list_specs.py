"""Specifies the lists that each data set needs, for tools/prepare_data.py."""
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from .annotations import read_hmdb51, read_kinetics, read_ssv2, read_ucf101

_SHOTS = 2, 4, 8, 16
_SEEDS = 1, 2, 3
_BASE_SHOTS = 16


class Subset(NamedTuple):
    """A choice of classes that only the official lists name.

    Attributes:
        folder: where its lists are, in the data set's folder.
        classes: number of its classes.
        part: list of the official repository that numbers these classes.
        whole: list with the same videos that numbers all classes.
    """
    folder: str
    classes: int
    part: str
    whole: str


class ListSpec(NamedTuple):
    """Specifies the content of a list, and the source of its lines.

    Attributes:
        name: path in the data set's folder, without ``.txt``.
        labels: file in ``configs/labels`` that numbers the classes, without
            ``.csv``; videos of other classes are left out.
        part: ``'train'`` or ``'val'`` of the official annotation.
        in_clone: path in ``datasets_splits`` of the official repository.
        published: length of the list in the official repository; None if it
            is not known.
        stated: length that the data set's authors state; None if they do not.
        split: number of the official split, where there are several.
        shots: videos of each class; 0 if classes differ.
        draw: number of the draw.
        note: how the list made from official annotation differs from the
            published one.
        subset: classes of the list, where ``labels`` has more; such a list
            cannot be made from official annotation.
    """
    name: str
    labels: str
    part: str
    in_clone: str
    published: Optional[int] = None
    stated: Optional[int] = None
    split: int = 1
    shots: int = 0
    draw: int = 0
    note: str = ''
    subset: Optional[Subset] = None


class DataSet(NamedTuple):
    """A data set; its folder has the name of its key in ``DATA_SETS``.

    Attributes:
        labels: file in ``configs/labels`` with all classes, without ``.csv``.
        read: reads pairs of path and class name from the folder of the
            official annotation, given the part and the split.
        lists: the lists to prepare.
    """
    labels: str
    read: Callable[[Path, str, int], List[Tuple[str, str]]]
    lists: Tuple[ListSpec, ...]


def validation_split(labels: str, folder: str, split: int,
                     count: int) -> ListSpec:
    """Describes the test videos of one of the official splits."""
    return ListSpec(
        f'val_split{split}',
        labels,
        'val',
        f'{folder}/val{split}.txt',
        published=count,
        stated=count,
        split=split)


def zero_shot_split(split: int, published: int) -> ListSpec:
    """Describes the videos of some of the classes of Kinetics-600."""
    return ListSpec(
        f'val_split{split}',
        f'kinetics_600_split{split}',
        'val',
        f'k600_splits/ZS_split{split}_K600_eval.txt',
        published=published,
        note='all validation videos of its classes, not the published choice')


def few_shot(labels: str, folder: str, classes: int) -> Tuple[ListSpec, ...]:
    """Describes training lists of K videos per class."""
    return tuple(
        ListSpec(
            f'train_{shots}shot',
            labels,
            'train',
            f'{folder}/train1_few_shot_{shots}.txt',
            published=shots * classes,
            shots=shots,
            note=_draw_note(shots)) for shots in _SHOTS)


def base_to_novel(
    labels: str,
    folder: str,
    base_classes: int,
    published: Tuple[int, int],
    stated: Tuple[Optional[int], Optional[int]] = (None, None)
) -> Tuple[ListSpec, ...]:
    """Describes the lists of training on half of the classes.

    Args:
        labels: file of all class names, without ``.csv``.
        folder: folder of the data set in the official repository.
        base_classes: number of the classes to train on.
        published: lengths of the validation lists of both halves.
        stated: the same as the data set's authors state them.
    """
    folder = f'base2novel_splits/{folder}'
    train = tuple(
        ListSpec(
            f'base_to_novel/train_seed{seed}',
            f'{labels}_base',
            'train',
            f'{folder}/fs_base_s{seed}_train.txt',
            published=_BASE_SHOTS * base_classes,
            shots=_BASE_SHOTS,
            draw=seed,
            note=_draw_note(_BASE_SHOTS)) for seed in _SEEDS)
    val = tuple(
        ListSpec(
            f'base_to_novel/val_{half}',
            f'{labels}_{half}',
            'val',
            f'{folder}/{half}_val.txt',
            published=count,
            stated=authors_count)
        for half, count, authors_count in zip(('base',
                                               'novel'), published, stated))
    return train + val


def subset(labels: str, folder: str, name: str, classes: int, val: str,
           train_count: int, val_count: int) -> Tuple[ListSpec, ListSpec]:
    """Describes the lists of classes that do, or do not, need the motion.

    Args:
        labels: file of all class names, without ``.csv``.
        folder: folder of the data set in the official repository.
        name: ``'temporal'`` or ``'static'``.
        classes: number of its classes.
        val: name of the official validation list, without ``.txt``.
        train_count: length of its training list.
        val_count: length of its validation list.
    """
    start, end = f'temporal_static_splits/{folder}', f'{name}{classes}.txt'
    classes_of = Subset(name, classes, f'{start}/{val}_{end}',
                        f'{folder}/{val}.txt')
    train, validation = (ListSpec(
        f'{name}/{part}',
        labels,
        part,
        f'{start}/{file}_{end}',
        published=count,
        subset=classes_of) for part, file, count in (('train', 'train',
                                                      train_count),
                                                     ('val', val, val_count)))
    return train, validation


def _draw_note(shots: int) -> str:
    """Returns the note that a random list is not the published one."""
    return f'a new draw of {shots} videos a class, not the published one'


# Stated lengths: the papers of Kinetics-400 (50 validation videos a class;
# many have gone from YouTube since), HMDB-51 (70 training and 30 test videos
# a class), UCF-101 and Something-Something v2.
DATA_SETS: Dict[str, DataSet] = dict(
    kinetics400=DataSet(
        'kinetics_400',
        read_kinetics,
        lists=(
            ListSpec(
                'train',
                'kinetics_400',
                'train',
                'k400_splits/train.txt',
                stated=246245),
            ListSpec('val', 'kinetics_400', 'val', 'k400_splits/val.txt',
                     19877, 20000),
            ListSpec(
                'train_tiny',
                'kinetics_400',
                'train',
                'k400_splits/train_tiny.txt',
                published=60000,
                shots=150,
                note=_draw_note(150)),
            *base_to_novel('kinetics_400', 'k400_splits', 200, (9944, 9933),
                           (10000, 10000)),
            *subset('kinetics_400', 'k400_splits', 'temporal', 32, 'val',
                    21101, 1588),
            *subset('kinetics_400', 'k400_splits', 'static', 32, 'val', 18296,
                    1593),
        )),
    kinetics600=DataSet(
        'kinetics_600',
        read_kinetics,
        lists=(
            zero_shot_split(1, 14084),
            zero_shot_split(2, 13978),
            zero_shot_split(3, 14136),
        )),
    hmdb51=DataSet(
        'hmdb_51',
        read_hmdb51,
        lists=(
            validation_split('hmdb_51', 'hmdb_splits', 1, 1530),
            validation_split('hmdb_51', 'hmdb_splits', 2, 1530),
            validation_split('hmdb_51', 'hmdb_splits', 3, 1530),
            *few_shot('hmdb_51', 'hmdb_splits', classes=51),
            *base_to_novel('hmdb_51', 'hmdb_splits', 26, (780, 750),
                           (780, 750)),
        )),
    ucf101=DataSet(
        'ucf_101',
        read_ucf101,
        lists=(
            validation_split('ucf_101', 'ucf_splits', 1, 3783),
            validation_split('ucf_101', 'ucf_splits', 2, 3734),
            validation_split('ucf_101', 'ucf_splits', 3, 3696),
            *few_shot('ucf_101', 'ucf_splits', classes=101),
            *base_to_novel('ucf_101', 'ucf_splits', 51, (2088, 1695)),
        )),
    ssv2=DataSet(
        'ssv2',
        read_ssv2,
        lists=(
            ListSpec('train', 'ssv2', 'train', 'ssv2_splits/train.txt', 168913,
                     168913),
            ListSpec('val', 'ssv2', 'val', 'ssv2_splits/validation.txt', 24777,
                     24777),
            *few_shot('ssv2', 'ssv2_splits', classes=174),
            *base_to_novel('ssv2', 'ssv2_splits', 87, (17562, 7215)),
            *subset('ssv2', 'ssv2_splits', 'temporal', 18, 'validation', 25012,
                    3371),
            *subset('ssv2', 'ssv2_splits', 'static', 16, 'validation', 15097,
                    2225),
        )))
