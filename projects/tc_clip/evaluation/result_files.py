"""Finds, reads and writes result files of tests in work dirs."""
import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from ..files import write_json
from .protocols import check_list
from .scores import Score, Scores, run_of_scores, scores_of_run

RESULTS = 'protocol_results.json'
_ADVICE = ('test a config of a protocol first, tools/test.py CONFIG '
           'CHECKPOINT --work-dir DIR')


def files_of_tests(work_dir: Path, pattern: str = RESULTS) -> List[Path]:
    """Returns the files of all tests in a work dir, the newest one last.

    Args:
        work_dir: work dir of the tests; each has a folder in it, which is
            named after the time of the test.
        pattern: name of the file, which may hold wildcards.
    """
    return sorted(work_dir.glob(f'*/{pattern}'))


def stock_top1(work_dir: Path) -> float:
    """Returns the top-1 of the newest test that MMEngine's TestLoop ran.

    Args:
        work_dir: work dir of the test.

    Returns:
        Accuracy from 0 to 1.

    Raises:
        FileNotFoundError: no test has run there.
        ValueError: the test did not measure top-1.
    """
    files = files_of_tests(work_dir, '*.json')
    if not files:
        raise FileNotFoundError(f'{work_dir} holds no result of a test')
    metrics = json.loads(files[-1].read_text(encoding='utf-8'))
    if 'acc/top1' not in metrics:
        raise ValueError(f"{files[-1]} lacks the key 'acc/top1': test with "
                         "test_evaluator=dict(type='AccMetric')")
    return float(metrics['acc/top1'])


def find_results(work_dirs: Sequence[Path]) -> Tuple[List[Path], List[str]]:
    """Finds the newest protocol results of each work dir.

    A single path has to hold a result. Of several paths, such as those of
    ``work_dirs/*/*``, paths without a result are left out.

    Args:
        work_dirs: work dirs, or folders of single tests.

    Returns:
        Files without repetition, and notes on the paths that were left out.

    Raises:
        FileNotFoundError: a path is not there, or none holds a result.
    """
    files: Dict[Path, Path] = {}
    notes, without = [], []
    for work_dir in work_dirs:
        if not work_dir.exists():
            raise FileNotFoundError(f'{work_dir} is not there: name a work '
                                    'dir of tools/test.py')
        direct = work_dir / RESULTS
        found = [direct] if direct.is_file() else files_of_tests(work_dir)
        if not found:
            without.append(str(work_dir))
            continue
        files.setdefault(found[-1].resolve(), found[-1])
        if len(found) > 1:
            notes.append(f'{work_dir}: {found[-1].parent.name} counts, '
                         f'{len(found) - 1} older left out')
    if not files:
        raise FileNotFoundError(
            f'{", ".join(without)}: no {RESULTS} there: {_ADVICE}')
    tests = Counter(file.parent.parent for file in files)
    notes += [
        f'{work_dir}: {count} tests count, as each is named. Name {work_dir} '
        'to take the newest only' for work_dir, count in tests.items()
        if count > 1
    ]
    if without:
        notes.append(f'left out, as no {RESULTS} is there: '
                     f'{", ".join(without)}')
    return [*files.values()], notes


def read_scores(file: Path) -> List[Score]:
    """Reads the protocol results of one test.

    Args:
        file: file written by :func:`write_scores`.

    Raises:
        ValueError: the file is broken, lacks a key, or has a value that is
            not in the protocol's table.
    """
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'{file} is not valid JSON ({error}): run '
                         'tools/test.py again') from error
    scores = scores_of_run(content, file)
    for i, score in enumerate(scores):
        where = f'{file}, results[{i}]'
        check_list(where, score.protocol, score.data_set, score.split,
                   score.shots)
        for name, most in (('top1', 100), ('top5', 100), ('clip_share', 1)):
            if not 0 <= getattr(score, name) <= most:
                raise ValueError(f'{where}: {name} {getattr(score, name)} '
                                 f'must be from 0 to {most}')
    return scores


def write_scores(scores: Scores, metadata: Dict[str, Any]) -> None:
    """Writes the protocol results of one test to the file that they name.

    Args:
        scores: scores of all its lists.
        metadata: further keys of the file.
    """
    write_json(scores[0].file, run_of_scores(scores, metadata))
