"""Copies class names that a language model rephrased from a clone."""
import shutil
from pathlib import Path
from typing import Iterable, List

from ...models.text.class_names import load_class_names

_FOLDER = 'labels/labels_froster'


def file_of_rephrased_names(labels: str) -> str:
    """Returns the path of rephrased names in the official repository.

    Args:
        labels: file in ``configs/labels`` with the plain names, without
            ``.csv``.
    """
    data_set, _, split = labels.partition('_split')
    if split:
        return f'{_FOLDER}/ZS_split{split}_K600_llm.json'
    return f'{_FOLDER}/{data_set}_llm_labels.json'


def copy_rephrased_names(clone: Path, labels: Iterable[str],
                         folder: Path) -> List[Path]:
    """Copies the clone's rephrased names of some label files.

    Args:
        clone: root of the clone.
        labels: files of plain names in ``folder``, without ``.csv``.
        folder: ``configs/labels``; the copies go to ``llm`` in it.

    Returns:
        The copies.

    Raises:
        FileNotFoundError: a file is not there.
        ValueError: there are no rephrased names, or a file has another number
            of classes.
    """
    # the names of Something-Something v2 are sentences already
    chosen = sorted({name for name in labels if not name.startswith('ssv2')})
    if not chosen:
        raise ValueError('There are no rephrased class names of this data '
                         'set: leave out --llm-labels')
    copies = []
    for name in chosen:
        file, copy = clone / file_of_rephrased_names(
            name), folder / f'llm/{name}.json'
        _check_rephrased_names(file, copy, folder / f'{name}.csv')
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, copy)
        copies.append(copy)
    return copies


def _check_rephrased_names(file: Path, copy: Path, plain: Path) -> None:
    """Checks that rephrased names are there, and as many as plain ones."""
    if not file.is_file():
        raise FileNotFoundError(
            f'{file} is not there: copy the rephrased names to {copy} '
            'by hand, and leave out --llm-labels')
    count, wanted = (len(load_class_names(names)) for names in (file, plain))
    if count != wanted:
        raise ValueError(
            f'{file} has {count} classes, but {plain.name} has {wanted}: take '
            'the file that belongs to these classes')
