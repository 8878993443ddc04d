"""Lists whose videos have been looked for, and the files written of them."""
import os
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from .annotations import Entry
from .list_specs import ListSpec
from .video_files import decode_errors, index_videos, match_video


class CheckedList(NamedTuple):
    """A list whose videos have been looked for.

    Attributes:
        spec: The row of the table.
        kept: Paths relative to the data set's folder, and labels.
        lost: Paths as listed or found, and what is wrong.
    """
    spec: ListSpec
    kept: List[Entry]
    lost: List[Tuple[str, str]]


def find_videos(listed: Dict[ListSpec, List[Entry]], root: Path,
                workers: int) -> List[CheckedList]:
    """Looks for the videos of all lists, and decodes them if asked to.

    Args:
        listed: The entries of each list.
        root: Folder of the data set.
        workers: Number of processes that decode; 0 to decode nothing.

    Raises:
        ValueError: There are no videos, or it is not clear which one is
            meant.
    """
    index = index_videos(root)
    if not index:
        raise ValueError(f'{root} holds no videos. Cure: put them there, or '
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
    """Separates the videos of a list that serve from those that do not."""
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


def print_table(lists: Sequence[CheckedList], own: bool) -> None:
    """Prints how many videos there are, and should be.

    Args:
        lists: Lists with their videos.
        own: Whether they are made from official annotation.
    """
    width = max(len(checked.spec.name) for checked in lists)
    print(f'{"list":{width}}     found  expected  published')
    for spec, kept, lost in lists:
        counts = (len(kept), len(kept) + len(lost), spec.published or '')
        note = spec.note if own else ''
        print(f'{spec.name:{width}}  {counts[0]:8}  {counts[1]:8}  '
              f'{counts[2]:9}  {note}'.rstrip())


def write_whole(path: Path, lines: Sequence[str]) -> None:
    """Writes a file so that it is never there in part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'{path.name}.part')
    part.write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8')
    os.replace(part, path)


def write_missing(checked: CheckedList, root: Path) -> None:
    """Writes the list of what is missing, or removes that of an earlier run.

    Args:
        checked: A list with its videos.
        root: Folder of the data set.
    """
    file = root / f'{checked.spec.name}.missing.txt'
    if checked.lost:
        write_whole(file, [f'{path}: {why}' for path, why in checked.lost])
        print(f'{file}: {len(checked.lost)} missing or broken')
    else:
        file.unlink(missing_ok=True)
