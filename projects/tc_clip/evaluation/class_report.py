"""Reports a test class by class."""
import csv
import io
from pathlib import Path
from typing import List, NamedTuple, Sequence

import torch
from mmaction.evaluation import ConfusionMatrix
from torch import Tensor

from ..files import replacing, write_text

_MOST_NUMBERS = 30  # classes of a picture that has its numbers in it


class ScoredVideo(NamedTuple):
    """The result of a video.

    Attributes:
        filename: its file.
        label: its class.
        guess: the class that the model found best.
        share: the probability of that class.
    """
    filename: str
    label: int
    guess: int
    share: float


def confusion_matrix(videos: Sequence[ScoredVideo],
                     num_classes: int) -> Tensor:
    """Counts videos by class and guess: ``(C, C)``.

    Args:
        videos: the results.
        num_classes: number C of classes.
    """
    matrix = torch.zeros(num_classes, num_classes, dtype=torch.long)
    for video in videos:
        matrix[video.label, video.guess] += 1
    return matrix


def as_table(matrix: Tensor, names: Sequence[str]) -> str:
    """Returns accuracy and most frequent mistake of each class as text.

    Args:
        matrix: output of :func:`confusion_matrix`.
        names: class names.
    """
    width = max(map(len, (*names, 'class')))
    lines = [
        f'{"class":{width}}  videos  right  accuracy  most often taken '
        'for'
    ]
    for i, name in enumerate(names):
        total, right = int(matrix[i].sum()), int(matrix[i, i])
        wrong = matrix[i].clone()
        wrong[i] = 0
        share = f'{right / total:8.1%}' if total else '       -'
        other = f'  {names[int(wrong.argmax())]}' if wrong.any() else ''
        lines.append(f'{name:{width}}  {total:6}  {right:5}  {share}{other}')
    return '\n'.join(lines)


def _as_csv(rows: Sequence[Sequence[object]]) -> str:
    """Returns rows as the text of a ``.csv`` file."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator='\n').writerows(rows)
    return stream.getvalue()


def write_report(folder: Path, videos: Sequence[ScoredVideo],
                 names: Sequence[str]) -> List[Path]:
    """Writes ``classes.csv``, ``mistakes.csv`` and ``confusion.png``.

    Args:
        folder: where to write.
        videos: the results.
        names: class names.

    Returns:
        The files.
    """
    matrix = confusion_matrix(videos, len(names))
    classes = [('class', 'videos', 'right')] + [(name, int(
        matrix[i].sum()), int(matrix[i, i])) for i, name in enumerate(names)]
    mistakes = [('video', 'class', 'prediction', 'probability')
                ] + [(video.filename, names[video.label], names[video.guess],
                      f'{video.share:.4f}')
                     for video in videos if video.guess != video.label]
    files = [
        folder / name
        for name in ('classes.csv', 'mistakes.csv', 'confusion.png')
    ]
    write_text(files[0], _as_csv(classes))
    write_text(files[1], _as_csv(mistakes))
    _draw(files[2], matrix, names)
    return files


def _draw(path: Path, matrix: Tensor, names: Sequence[str]) -> None:
    """Draws a confusion matrix, large enough to read the names."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure = ConfusionMatrix.plot(
        matrix,
        include_values=len(names) <= _MOST_NUMBERS,
        cmap='Blues',
        classes=[*names],
        show=False)
    side = max(6., 0.35 * len(names) + 2)  # inches
    figure.set_size_inches(side, side)
    with replacing(path) as temporary:
        figure.savefig(temporary, format='png', bbox_inches='tight')
    pyplot.close(figure)
