"""Results of many videos, in memory or in a file that gets them at once."""
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from ..evaluation.ranking import Guess
from ..journal import Journal, Record, read_all, read_records
from ..processes import Failure
from ..shards import Shard
from .predictions import Prediction
from .reading import Scored
from .run_settings import differences
from .time_spans import TimeSpan


class Results:
    """Predictions of videos, each as a whole or in spans.

    Attributes:
        found: predictions of each video, in order of time.
        failed: the reason for each video that cannot be read.
    """

    def __init__(self) -> None:
        self.found: Dict[str, List[Prediction]] = {}
        self.failed: Dict[str, str] = {}
        self._totals: Dict[str, int] = {}

    def add(self, scored: Scored) -> None:
        """Takes the result of a clip; those of a video come in order."""
        video = str(scored.video)
        if isinstance(scored.result, Failure):
            self.failed[video] = scored.result.reason
            self.found.pop(video, None)
        elif scored.number == self.count(scored.video):
            self._totals[video] = scored.total
            self.found.setdefault(video, []).append(scored.result)

    def count(self, video: Path) -> int:
        """Returns how many clips of a video have a result."""
        return len(self.found.get(str(video), ()))

    def is_complete(self, video: Path) -> bool:
        """Returns whether all clips of a video have a result, or it failed."""
        name = str(video)
        return name in self.failed or \
            self.count(video) == self._totals.get(name, -1)

    def predictions(self,
                    videos: Sequence[Path]) -> Dict[Path, List[Prediction]]:
        """Returns the predictions of those videos that have some."""
        return {v: self.found[str(v)] for v in videos if str(v) in self.found}


class KeptResults(Results):
    """Results that an interrupted run leaves for the next one.

    They are in ``OUT.partial.jsonl``, or one such file for each shard, until
    all videos have a result.

    Args:
        out: where the results go in the end.
        settings: what they depend on.
        shard: the part of the videos that this run has.

    Raises:
        OSError: the file cannot be written.
        ValueError: the files are those of a run with other settings.
    """

    def __init__(self,
                 out: Path,
                 settings: Dict[str, Any],
                 shard: Shard = Shard()) -> None:
        super().__init__()
        self.out = out
        for path in partial_files(out):
            check_settings(path, settings)
        path = out.with_name(f'{out.name}.partial{shard.suffix}.jsonl')
        self.journal = Journal(path)
        self.read()
        if first_record(path) is None:
            self.journal.add(dict(settings=settings))

    def read(self) -> None:
        """Takes the results of all shards from their files."""
        vars(self).update(vars(read_partial(self.out)))

    def add(self, scored: Scored) -> None:
        """Takes the result of a clip, and writes it."""
        self.journal.add(_to_record(scored))
        super().add(scored)

    def finish(self) -> None:
        """Removes the files; call it when the results are in their place."""
        for path in partial_files(self.out):
            path.unlink(missing_ok=True)


def partial_files(out: Path) -> List[Path]:
    """Returns the files of interrupted runs, of all shards."""
    start = f'{out.name}.partial'
    if not out.parent.is_dir():
        return []
    return sorted(path for path in out.parent.iterdir()
                  if path.name.startswith(start) and path.suffix == '.jsonl')


def read_partial(out: Path) -> Results:
    """Returns the results of interrupted runs, of all shards."""
    results = Results()
    for record in read_all(partial_files(out)):
        if 'settings' not in record:
            results.add(_from_record(record))
    return results


def first_record(path: Path) -> Optional[Record]:
    """Returns the first record of a file; None if there is none."""
    return next(read_records(path), None)


def check_settings(path: Path, settings: Dict[str, Any]) -> None:
    """Compares the settings of an interrupted run with those of this one.

    Args:
        path: a file of that run.
        settings: those of this run.

    Raises:
        ValueError: they differ, or the file is not of such a run.
    """
    first = first_record(path)
    if first is None:
        return
    if 'settings' not in first:
        raise ValueError(f'{path} is not of an interrupted run: remove this '
                         'file, or choose another --out.')
    differing = differences(first['settings'], settings)
    if differing:
        lines = '\n'.join(differing)
        raise ValueError(
            f'{path} holds results of an interrupted run with other '
            f'settings:\n{lines}\nRemove this file, or choose another --out.')


def _to_record(scored: Scored) -> Record:
    """Returns a result as plain data."""
    place = dict(video=str(scored.video), number=scored.number)
    if isinstance(scored.result, Failure):
        return dict(place, failed=scored.result.reason)
    return dict(
        scored.result.to_dict(),
        **place,
        total=scored.total,
        several=scored.result.several)


def _from_record(record: Record) -> Scored:
    """Returns the result that was made into plain data."""
    video = Path(record['video'])
    if 'failed' in record:
        return Scored(video, Failure(record['failed']))
    span = TimeSpan(record['start'], record['end']) if 'start' in record \
        else None
    prediction = Prediction(record['video'], record['label'],
                            [Guess(**guess) for guess in record['guesses']],
                            span, record['several'])
    return Scored(video, prediction, record['number'], record['total'])
