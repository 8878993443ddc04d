"""Finds the checkpoints that training left: the best one, or the last one."""
import logging
import re
from pathlib import Path
from typing import List, Optional, Union
from zipfile import BadZipFile, ZipFile

from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import find_latest_checkpoint

from .files import write_text

RULES = 'best', 'last'
_RECORD = 'last_checkpoint'  # MMEngine's file with the name of the last one
_STEP = re.compile(r'(?:epoch|iter)_(\d+)\.pth')


def trained_checkpoint(folder: Path, rule: str) -> Path:
    """Returns a checkpoint in a work dir.

    Args:
        folder: work dir of the training.
        rule: ``'best'`` for the highest validation accuracy, ``'last'`` for
            the last epoch.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the rule is unknown, or several checkpoints are best.
    """
    if rule not in RULES:
        raise ValueError(f'{rule!r} must be one of {", ".join(RULES)}')
    if rule == 'last':
        record = folder / _RECORD
        found = find_latest_checkpoint(
            str(folder)) if record.is_file() else None
        files = [Path(found)] if found else []
    else:
        files = sorted(folder.glob('best_*.pth'))
    if not files:
        raise FileNotFoundError(
            f'{folder} has no {rule} checkpoint: train first, or give the '
            'file of the checkpoint')
    if len(files) > 1:
        raise ValueError(f'{folder} has {len(files)} best checkpoints, '
                         f'{", ".join(file.name for file in files)}: give '
                         'the file of one')
    return files[0]


def checkpoint_of_config(config: Union[str, Path], rule: str) -> Path:
    """Returns a checkpoint in the work dir that a config trains in.

    Args:
        config: file of the config.
        rule: see :func:`trained_checkpoint`.

    Raises:
        FileNotFoundError: see :func:`trained_checkpoint`.
        ValueError: see :func:`trained_checkpoint`.
    """
    folder: Optional[str] = Config.fromfile(config).get('work_dir')
    # tools/train.py of MMAction2 takes this folder where none is set
    return trained_checkpoint(
        Path(folder or f'work_dirs/{Path(config).stem}'), rule)


def is_whole(checkpoint: Path) -> bool:
    """Returns whether a checkpoint is there and has no damaged part.

    Args:
        checkpoint: a file that ``torch.save`` wrote.
    """
    try:
        with ZipFile(checkpoint) as archive:
            return archive.testzip() is None
    except (BadZipFile, OSError):
        return False


def checkpoints_in(folder: Path) -> List[Path]:
    """Returns the checkpoints of epochs or iterations, the newest first.

    Args:
        folder: work dir of the training.
    """
    steps = {
        int(found[1]): file
        for file in folder.glob('*.pth')
        if (found := _STEP.fullmatch(file.name))
    }
    return [steps[step] for step in sorted(steps, reverse=True)]


def mend_record(folder: Path) -> None:
    """Makes ``last_checkpoint`` name a checkpoint that can be resumed.

    A killed training may leave an empty record, a full disk a damaged
    checkpoint, and a user may move the folder. The newest whole checkpoint is
    taken then, and a warning says so. Unfinished files are removed.

    Args:
        folder: work dir of the training.

    Raises:
        FileNotFoundError: training has left a record, but no checkpoint that
            can be read.
    """
    for unfinished in folder.glob('.*.????????.tmp'):
        unfinished.unlink()
    record = folder / _RECORD
    if not record.exists() and not checkpoints_in(folder):
        return
    named = record.read_text().strip() if record.exists() else ''
    if named and ('://' in named or is_whole(Path(named))):
        return
    for checkpoint in checkpoints_in(folder):
        if is_whole(checkpoint):
            print_log(
                f'{record} names {named or "no file"}, which cannot be read: '
                f'{checkpoint} is taken, the newest one that can.',
                logger='current',
                level=logging.WARNING)
            write_text(record, str(checkpoint))
            return
    raise FileNotFoundError(
        f'{record} names {named or "no file"}, and {folder} has no checkpoint '
        'that can be read: train without --resume, or in another --work-dir')
