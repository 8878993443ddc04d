"""Finds the videos below a folder, by one rule for all tools."""
import os
from collections import Counter
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Set, Union

VIDEO_SUFFIXES = ('.3gp', '.avi', '.flv', '.m2ts', '.m4v', '.mkv', '.mov',
                  '.mp4', '.mpeg', '.mpg', '.mts', '.ogv', '.ts', '.webm',
                  '.wmv')


class FoundVideos(NamedTuple):
    """The videos below a folder, and what is not one.

    Attributes:
        videos: paths in the order of names.
        skipped: numbers of other files, by the reason why they were skipped.
    """
    videos: List[Path]
    skipped: 'Counter[str]'

    def note(self) -> str:
        """Says what was skipped; '' if nothing was."""
        counts = sorted(self.skipped.items())
        return ', '.join(f'{count} {reason}' for reason, count in counts)


def is_video(name: Union[str, Path]) -> bool:
    """Returns whether a file is a video by its suffix, in any case."""
    name = Path(name).name
    return name.lower().endswith(VIDEO_SUFFIXES) and not name.startswith('.')


def search_videos(folder: Path) -> FoundVideos:
    """Finds the videos at any depth below a folder, also through links.

    Hidden files are skipped, whose names start with a dot. Each folder is
    searched once, even if links lead back to it.

    Args:
        folder: where to look.
    """
    videos: List[Path] = []
    skipped: 'Counter[str]' = Counter()
    for path in _files_below(folder):
        reason = _reason_to_skip(path)
        if reason:
            skipped[reason] += 1
        else:
            videos.append(path)
    return FoundVideos(sorted(videos), skipped)


def videos_below(folder: Path) -> List[Path]:
    """Lists the videos of :func:`search_videos`.

    Args:
        folder: where to look.
    """
    return search_videos(folder).videos


def _files_below(folder: Path) -> Iterator[Path]:
    """Yields all that is below a folder and is not a folder."""
    seen: Set[str] = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(parent, name) for name in names)


def _reason_to_skip(path: Path) -> Optional[str]:
    """Returns why a path below a folder is not read; None if it is."""
    if path.name.startswith('.'):
        return 'hidden'
    if not is_video(path):
        return f'with the suffix {path.suffix.lower()}' if path.suffix \
            else 'without a suffix'
    if not path.exists():
        return 'links to nothing'
    return None if path.is_file() else 'not regular files'
