"""The accuracy of a model on lists of videos, as tuples and as JSON."""
import re
import warnings
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

_NUMBER = int, float
_TEXT_OR_NONE = str, type(None)
_RUN_KINDS = dict(
    protocol=str,
    method=str,
    config=_TEXT_OR_NONE,
    checkpoint=_TEXT_OR_NONE,
    seed=int,
    frames=int,
    views=str)
_LIST_KINDS = dict(
    clip_share=_NUMBER,
    data_set=str,
    split=str,
    labels=str,
    videos=int,
    broken=int,
    top1=_NUMBER,
    top5=_NUMBER)
# Not every run states these.
_OPTIONAL_KINDS = dict(shots=int, list_seed=int, rephrased=bool)
# Keys of a run's JSON that follow from its scores.
RUN_KEYS = (*_RUN_KINDS, *_OPTIONAL_KINDS, 'results')


class RowKey(NamedTuple):
    """Identifies a row of a table; rows are sorted by these attributes.

    Attributes:
        rephrased: whether a language model rephrased the class names.
        clip_share: share of CLIP's weights in the ensemble.
        method: name of the method.
    """
    rephrased: bool
    clip_share: float
    method: str


class Score(NamedTuple):
    """The accuracy of one run on one list of videos.

    Attributes:
        file: JSON file of the run.
        protocol: key in ``PROTOCOLS``.
        method: name of the method.
        config: path of the config; None if it was not read from a file.
        checkpoint: file of the tested weights; None if none was loaded.
        seed: random seed of the run.
        frames: frames of a view.
        views: views of a video, clips x crops, such as ``'4x3'``.
        clip_share: share of CLIP's weights in the ensemble, from 0 to 1.
        data_set: name in the table, such as ``'HMDB-51'``.
        split: which list of the data set: a number, ``'val'``, ``'base'`` or
            ``'novel'``.
        labels: file name of the class names.
        videos: length of the list.
        top1: accuracy in percent.
        top5: accuracy in percent, where five classes may be named.
        shots: training videos per class; None unless the run is few-shot.
        list_seed: number of the training list; None if there is only one.
        rephrased: whether a language model rephrased the class names.
        broken: videos of the list that cannot be read, and count as black
            clips.
    """
    file: Path
    protocol: str
    method: str
    config: Optional[str]
    checkpoint: Optional[str]
    seed: int
    frames: int
    views: str
    clip_share: float
    data_set: str
    split: str
    labels: str
    videos: int
    top1: float
    top5: float
    shots: Optional[int] = None
    list_seed: Optional[int] = None
    rephrased: bool = False
    broken: int = 0

    @property
    def row(self) -> RowKey:
        """The row that the score belongs to."""
        return RowKey(self.rephrased, self.clip_share, self.method)

    @property
    def weights(self) -> str:
        """Which weights of a training were tested, by their file's name."""
        name = Path(self.checkpoint or '').stem
        epoch = re.search(r'(epoch|iter)_(\d+)$', name)
        if name.startswith('best_'):
            return 'best of the validations'
        return f'{epoch[1]} {epoch[2]}' if epoch else name or 'no checkpoint'


Scores = Sequence[Score]


def checked_fields(source: Any, kinds: Dict[str, Any],
                   where: str) -> Dict[str, Any]:
    """Returns some values of a dict that was read from a file.

    Args:
        source: content of the file.
        kinds: types that each value may have, by key.
        where: the file, and the place in it, for errors.

    Raises:
        ValueError: a key is missing, or its value has another type.
    """
    for key, kind in kinds.items():
        if not isinstance(source, dict) or key not in source:
            raise ValueError(f'{where} lacks the key {key!r}: run '
                             'tools/test.py again')
        if not isinstance(source[key], kind):
            raise ValueError(f'{where}: {key} cannot be {source[key]!r}')
    return {key: source[key] for key in kinds}


def scores_of_run(content: Any, file: Path) -> List[Score]:
    """Returns the scores in the JSON of one run.

    A run without the key ``rephrased`` counts as one with plain names, a list
    without ``broken`` as one whose videos can all be read.

    Args:
        content: output of :func:`run_of_scores`.
        file: the JSON file, for tables and error messages.

    Raises:
        ValueError: a key is missing, a value has the wrong type, or there is
            no score.
    """
    kinds = dict(_RUN_KINDS, results=list)
    for key, kind in _OPTIONAL_KINDS.items():
        if isinstance(content, dict) and content.get(key) is not None:
            kinds[key] = kind
    run = checked_fields(content, kinds, str(file))
    results = run.pop('results')
    if not results:
        raise ValueError(f'{file}: results is empty: run tools/test.py again')
    scores = [
        Score(file, **run, **_list_fields(result, f'{file}, results[{i}]'))
        for i, result in enumerate(results)
    ]
    if 'rephrased' not in run:
        _warn_of_unstated_names(scores)
    return scores


def _list_fields(result: Any, where: str) -> Dict[str, Any]:
    """Returns the values of one list; old files lack ``broken``."""
    if isinstance(result, dict):
        result = {'broken': 0, **result}
    return checked_fields(result, _LIST_KINDS, where)


def _warn_of_unstated_names(scores: Scores) -> None:
    """Warns if a run of an earlier version may have rephrased names."""
    files = {s.labels for s in scores if s.labels.endswith('.json')}
    if files:
        warnings.warn(
            f'{scores[0].file} does not say whether a language model '
            f'rephrased the class names in {", ".join(sorted(files))}. They '
            'count as plain names. If they are rephrased, add "rephrased": '
            'true to the file, or test again')


def run_of_scores(scores: Scores, metadata: Dict[str, Any]) -> Dict[str, Any]:
    """Returns the scores of one run as plain data for a JSON file.

    Args:
        scores: one or more scores of one run.
        metadata: further keys of the run, none of them in ``RUN_KEYS``.
    """
    run = {key: getattr(scores[0], key) for key in _RUN_KINDS}
    options = {key: getattr(scores[0], key) for key in _OPTIONAL_KINDS}
    stated = {key: v for key, v in options.items() if v is not None}
    results = [{
        key: getattr(score, key)
        for key in _LIST_KINDS
    } for score in scores]
    return dict(**run, **stated, **metadata, results=results)
