"""Writes predictions as text, JSON and CSV."""
import csv
import json
from itertools import groupby
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple

from ..files import replacing, write_text
from .predictions import NONE_OF_THESE, Prediction

Predictions = Dict[Path, List[Prediction]]

NOTE = ('Probabilities are shares of a softmax over the classes given. They '
        'are not calibrated: they compare these classes and do not say '
        'whether any of them is there.')
SEVERAL = ('Each probability is that of its class alone: a video may show '
           'several classes, or none.')


class Segment(NamedTuple):
    """Successive spans of a video with one label.

    Attributes:
        start: seconds from the start of the video, in the middle between the
            spans of this label and those before.
        end: the same, between the spans of this label and those after.
        label: the label of these spans.
        probability: the probability of the best class, averaged over these
            spans.
    """
    start: float
    end: float
    label: str
    probability: float


def segments(timeline: List[Prediction]) -> List[Segment]:
    """Joins successive spans with one label.

    Spans overlap, so each one counts only up to the middle between its centre
    and the centre of its neighbour.

    Args:
        timeline: predictions of the spans of a video, in order of time.
    """
    spans = [p.span for p in timeline if p.span is not None]
    centres = [(span.start + span.end) / 2 for span in spans]
    bounds = [(a + b) / 2 for a, b in zip(centres, centres[1:])]
    bounds = [spans[0].start, *bounds, spans[-1].end]
    found, i = [], 0
    for label, same in groupby(p.label for p in timeline):
        count = len(list(same))
        shares = [p.guesses[0].probability for p in timeline[i:i + count]]
        found.append(
            Segment(bounds[i], bounds[i + count], label,
                    sum(shares) / count))
        i += count
    return found


def note_on(predictions: Predictions) -> str:
    """Says what the probabilities of predictions mean."""
    several = any(p.several for found in predictions.values() for p in found)
    return SEVERAL if several else NOTE


def _line(start: float, end: float, label: str, probability: float) -> str:
    """Returns the line of a segment."""
    return f'{start:7.2f} to {end:7.2f} s  {probability:6.1%}  {label}'


def span_line(prediction: Prediction) -> str:
    """Returns the line of a prediction that has a span."""
    start, end = prediction.span or (0., 0.)
    best = prediction.guesses[0]
    return _line(start, end, prediction.label, best.probability)


def as_text(predictions: Predictions) -> str:
    """Returns the classes of each video, or its segments of time, as lines."""
    lines: List[str] = []
    for video, found in predictions.items():
        lines.append(str(video))
        if found[0].span is not None:
            lines += [f'  {_line(*segment)}' for segment in segments(found)]
            continue
        if found[0].label == NONE_OF_THESE:
            lines.append(f'          {NONE_OF_THESE}; the nearest are')
        lines += [
            f'  {guess.probability:6.1%}  {guess.label}'
            for guess in found[0].guesses
        ]
    return '\n'.join([*lines, note_on(predictions)]) if lines else ''


def write_predictions(path: Path, predictions: Predictions,
                      failed: Mapping[str, str]) -> None:
    """Writes all predictions.

    Args:
        path: ``.json``: everything, with the segments of timelines;
            ``.jsonl``: a line for each prediction; ``.csv``: a row for each
            guess.
        predictions: predictions by video.
        failed: the reason for each video that was left out.
    """
    if path.suffix == '.csv':
        with replacing(path) as unfinished:
            _write_csv(unfinished, predictions)
        return
    plain = [p.to_dict() for found in predictions.values() for p in found]
    if path.suffix == '.jsonl':
        lines = [json.dumps(p, ensure_ascii=False) + '\n' for p in plain]
        write_text(path, ''.join(lines))
        return
    content = dict(
        note=note_on(predictions),
        predictions=plain,
        segments={
            str(video): [s._asdict() for s in segments(found)]
            for video, found in predictions.items()
            if found[0].span is not None
        },
        failed=failed)
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False))


def _write_csv(path: Path, predictions: Predictions) -> None:
    """Writes a row for each guess, as spreadsheets read it."""
    with path.open('w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(('video', 'start', 'end', 'label', 'rank', 'guess',
                         'probability', 'logit'))
        for found in predictions.values():
            for prediction in found:
                start, end = prediction.span or ('', '')
                for rank, guess in enumerate(prediction.guesses, 1):
                    writer.writerow((prediction.video, start, end,
                                     prediction.label, rank, *guess))
