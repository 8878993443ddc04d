"""Finds the videos below a folder, by one rule for all tools."""
import os
from pathlib import Path
from typing import List, Union

VIDEO_SUFFIXES = ('.avi', '.flv', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg',
                  '.mpg', '.ts', '.webm', '.wmv')


def is_video(name: Union[str, Path]) -> bool:
    """Returns whether a file is a video by its suffix, in any case."""
    name = Path(name).name
    return name.lower().endswith(VIDEO_SUFFIXES) and not name.startswith('.')


def videos_below(folder: Path) -> List[Path]:
    """Lists the videos at any depth below a folder, in the order of names.

    Links are followed; files whose names start with a dot are left out.

    Args:
        folder: where to look.
    """
    return sorted(
        Path(parent, name)
        for parent, _, names in os.walk(folder, followlinks=True)
        for name in names if is_video(name))
