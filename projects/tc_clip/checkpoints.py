"""Finds the checkpoints that training left: the best one, or the last one."""
from pathlib import Path
from typing import Optional, Union

from mmengine.config import Config
from mmengine.runner import find_latest_checkpoint

RULES = 'best', 'last'


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
        record = folder / 'last_checkpoint'
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
