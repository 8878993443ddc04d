"""Matches lists with video files on disk, and writes the lists."""
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ...files import write_text
from .annotations import Entry
from .list_specs import ListSpec
from .video_files import index_videos, match_video


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


def match_videos(listed: Dict[ListSpec, List[Entry]],
                 root: Path) -> Dict[str, Optional[str]]:
    """Looks for the videos of all lists.

    Args:
        listed: the entries of each list.
        root: folder of the data set.

    Returns:
        The path of each listed video, relative to ``root``; None if it is not
        there.

    Raises:
        ValueError: there are no videos, or several of them fit one entry.
    """
    index = index_videos(root)
    if not index:
        raise ValueError(f'{root} holds no videos: put them there, or '
                         'name the folder above by --data or MMACTION_DATA.')
    return {
        path: match_video(path, index)
        for entries in listed.values()
        for path, _ in entries
    }


def check_lists(listed: Dict[ListSpec,
                             List[Entry]], found: Mapping[str, Optional[str]],
                problems: Mapping[str, str]) -> List[CheckedList]:
    """Separates usable videos of all lists from missing and broken ones.

    Args:
        listed: the entries of each list.
        found: output of :func:`match_videos`.
        problems: what is wrong with videos, by their paths.
    """
    return [
        _split_by_state(spec, entries, found, problems)
        for spec, entries in listed.items()
    ]


def _split_by_state(spec: ListSpec, entries: Sequence[Entry],
                    found: Mapping[str, Optional[str]],
                    problems: Mapping[str, str]) -> CheckedList:
    """Separates usable videos of a list from missing and broken ones."""
    checked = CheckedList(spec, [], [])
    for listed, label in entries:
        path = found[listed]
        if path is None:
            checked.lost.append((listed, 'not found'))
        elif problems.get(path):
            checked.lost.append((path, problems[path]))
        else:
            checked.kept.append((path, label))
    return checked


def count_table(lists: Sequence[CheckedList], from_annotation: bool) -> str:
    """Returns a table of how many videos each list has.

    The columns are: videos that are found, lines of the list, lines of the
    list in the official repository, and videos that the authors of the data
    set state.

    Args:
        lists: lists with their videos.
        from_annotation: whether the lists are made from official annotation.
    """
    width = max(len(checked.spec.name) for checked in lists)
    lines = [f'{"list":{width}}     found    listed  published  data set']
    for spec, kept, lost in lists:
        note = spec.note if from_annotation else ''
        lines.append(f'{spec.name:{width}}  {len(kept):8}  '
                     f'{len(kept) + len(lost):8}  {spec.published or "":9}  '
                     f'{spec.stated or "":8}  {note}'.rstrip())
    return '\n'.join(lines)


def describe_lost(checked: CheckedList, file: Path) -> str:
    """Says how many videos of a list are missing, and from which folders.

    Args:
        checked: a list with its videos.
        file: the file that names them.
    """
    folders = Counter(
        path.rpartition('/')[0].partition('/')[0] for path, _ in checked.lost)
    most = ', '.join(f'{count} in {folder or "no folder"}'
                     for folder, count in folders.most_common(3))
    total = len(checked.kept) + len(checked.lost)
    return (f'{len(checked.lost)} of {total} videos are missing or broken '
            f'(as listed: {most}), see {file}: get them, or leave them out '
            'by --skip-missing')


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Writes a text file, completely or not at all."""
    write_text(path, ''.join(f'{line}\n' for line in lines))


def write_lost(file: Path, lost: Sequence[Tuple[str, str]]) -> Optional[Path]:
    """Writes which videos are lost, or removes the file of an earlier run.

    Args:
        file: the file to write.
        lost: videos, and what is wrong with each.

    Returns:
        The file; None where nothing is lost.
    """
    if lost:
        write_lines(file, [f'{path}: {why}' for path, why in lost])
        return file
    file.unlink(missing_ok=True)
    return None


def write_missing(checked: CheckedList, root: Path) -> Optional[Path]:
    """Writes which videos of a list are missing, see :func:`write_lost`.

    Args:
        checked: a list with its videos.
        root: folder of the data set.
    """
    return write_lost(root / f'{checked.spec.name}.missing.txt', checked.lost)


def write_lists(lists: Sequence[CheckedList], root: Path,
                skip_missing: bool) -> Dict[ListSpec, str]:
    """Writes lists whose videos are there, and names missing videos.

    Args:
        lists: lists with their videos.
        root: folder of the data set.
        skip_missing: whether to write lists without their missing videos.

    Returns:
        What is wrong with the lists that are not written.
    """
    problems = {}
    for checked in lists:
        missing = write_missing(checked, root)
        if missing and not skip_missing:
            problems[checked.spec] = describe_lost(checked, missing)
        else:
            write_lines(root / f'{checked.spec.name}.txt',
                        [f'{path} {label}' for path, label in checked.kept])
    return problems
