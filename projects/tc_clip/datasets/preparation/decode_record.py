"""Keeps which videos of a data set can be decoded, for later runs."""
from pathlib import Path
from typing import Dict, List, Sequence

from ...journal import Journal, Record, read_all
from ...shards import Shard
from .video_files import decode_each


class DecodeRecord:
    """The checks of videos, in ``decoded*.jsonl`` of the data set's folder.

    An interrupted run goes on where it ended, and shards add up. A file that
    has another size or date than it had is checked again.

    Args:
        root: folder of the data set.
        shard: the part of the videos that this run checks.

    Raises:
        ValueError: a file of this name holds something else.
    """

    def __init__(self, root: Path, shard: Shard = Shard()) -> None:
        self.root, self.shard = root, shard
        self._journal = Journal(root / f'decoded{shard.suffix}.jsonl')

    def problems(self, paths: Sequence[str]) -> Dict[str, str]:
        """Returns what is known of videos.

        Args:
            paths: files, relative to the folder.

        Returns:
            What is wrong with each video that was checked; '' if nothing is.
        """
        records = read_all(sorted(self.root.glob('decoded*.jsonl')))
        known = {record['path']: record for record in records}
        return {
            path: known[path]['problem']
            for path in paths if path in known
            and _state(self.root, path).items() <= known[path].items()
        }

    def decode(self, paths: Sequence[str], workers: int) -> List[str]:
        """Decodes one frame of each video of the shard that is not known.

        Args:
            paths: all files, relative to the folder, in the same order in all
                shards.
            workers: number of processes.

        Returns:
            The files of other shards that are not known yet.

        Raises:
            OSError: the record cannot be written.
        """
        known = self.problems(paths)
        todo = [path for path in self.shard.of(paths) if path not in known]
        found = decode_each([f'{self.root}/{path}' for path in todo], workers)
        for path, (_, problem) in zip(todo, found):
            self._journal.add(
                dict(path=path, problem=problem, **_state(self.root, path)))
        unknown = [path for path in paths if path not in known]
        known = self.problems(unknown)  # of all shards
        return [path for path in unknown if path not in known]


def _state(root: Path, path: str) -> Record:
    """Returns what changes when a file is replaced."""
    status = (root / path).stat()
    return dict(size=status.st_size, changed=status.st_mtime_ns)
