"""Matches lists with video files on disk, and writes the lists."""
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ...files import write_text
from .annotations import Entry
from .list_specs import ListSpec
from .video_files import decode_errors, index_videos, match_video


class CheckedList(NamedTuple):
    """A list, split into usable videos and videos that are missing or broken.

    Attributes:
        spec: the specification of the list.
        kept: usable videos: paths relative to the data set's folder, and
            labels.
        lost: other videos: paths as listed or found, and what is wrong.
    """
    spec: ListSpec
    kept: List[Entry]
    lost: List[Tuple[str, str]]


def find_videos(listed: Dict[ListSpec, List[Entry]], root: Path,
                workers: int) -> List[CheckedList]:
    """Looks for the videos of all lists, and decodes them if asked to.

    Args:
        listed: the entries of each list.
        root: folder of the data set.
        workers: number of processes that decode; 0 to decode nothing.

    Raises:
        ValueError: there are no videos, or several of them fit one entry.
    """
    index = index_videos(root)
    if not index:
        raise ValueError(f'{root} holds no videos: put them there, or '
                         'name the folder above by --data or MMACTION_DATA.')
    found = {
        path: match_video(path, index)
        for entries in listed.values()
        for path, _ in entries
    }
    reasons: Dict[str, str] = {}
    if workers:
        files = sorted({path for path in found.values() if path})
        errors = decode_errors([f'{root}/{path}' for path in files], workers)
        reasons = {path: errors.get(f'{root}/{path}', '') for path in files}
    return [
        _split_by_state(spec, entries, found, reasons)
        for spec, entries in listed.items()
    ]


def _split_by_state(spec: ListSpec, entries: Sequence[Entry],
                    found: Dict[str, Optional[str]],
                    reasons: Dict[str, str]) -> CheckedList:
    """Separates usable videos of a list from missing and broken ones."""
    checked = CheckedList(spec, [], [])
    for listed, label in entries:
        path = found[listed]
        if path is None:
            checked.lost.append((listed, 'not found'))
        elif reasons.get(path):
            checked.lost.append((path, reasons[path]))
        else:
            checked.kept.append((path, label))
    return checked


def count_table(lists: Sequence[CheckedList], from_annotation: bool) -> str:
    """Returns a table of found, expected and published counts per list.

    Args:
        lists: lists with their videos.
        from_annotation: whether the lists are made from official annotation.
    """
    width = max(len(checked.spec.name) for checked in lists)
    lines = [f'{"list":{width}}     found  expected  published']
    for spec, kept, lost in lists:
        counts = (len(kept), len(kept) + len(lost), spec.published or '')
        note = spec.note if from_annotation else ''
        lines.append(f'{spec.name:{width}}  {counts[0]:8}  {counts[1]:8}  '
                     f'{counts[2]:9}  {note}'.rstrip())
    return '\n'.join(lines)


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Writes a text file, completely or not at all."""
    write_text(path, ''.join(f'{line}\n' for line in lines))


def write_missing(checked: CheckedList, root: Path) -> Optional[Path]:
    """Writes which videos are missing, or removes the file of an earlier run.

    Args:
        checked: a list with its videos.
        root: folder of the data set.

    Returns:
        The file; None where nothing is missing.
    """
    file = root / f'{checked.spec.name}.missing.txt'
    if checked.lost:
        write_lines(file, [f'{path}: {why}' for path, why in checked.lost])
        return file
    file.unlink(missing_ok=True)
    return None
