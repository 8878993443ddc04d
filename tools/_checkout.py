"""Finds this checkout and the command line tools of the installed mmaction2.

Importing it puts the checkout on the path: tools run without installation.
"""
import importlib.util
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if (ROOT / 'projects/tc_clip').is_dir():  # not so in a wheel
    sys.path.insert(0, str(ROOT))


def tools_folder() -> Path:
    """Returns the folder of the tools in the installed mmaction2.

    Raises:
        FileNotFoundError: the installation carries no tools.
    """
    spec = importlib.util.find_spec('mmaction')
    roots = (spec.submodule_search_locations or []) if spec else []
    for root in roots:
        # A wheel carries them in .mim, an editable checkout beside itself.
        for folder in (Path(root, '.mim/tools'), Path(root, '../tools')):
            if (folder / 'train.py').is_file():
                return folder.resolve()
    raise FileNotFoundError(
        'The installed mmaction2 carries no tools/train.py: pip install '
        '"mmaction2==1.2.0"')


def full_path(argument: str) -> str:
    """Replaces the short name of a config; other arguments stay."""
    from projects.tc_clip.config_files import config_folder
    path = config_folder() / argument
    is_short = argument.endswith('.py') and not Path(argument).exists()
    return str(path) if is_short and path.is_file() else argument


def run_tool(name: str) -> None:
    """Runs one of MMAction2's Python tools with this command line.

    Args:
        name: path below its folder of tools.
    """
    import projects.tc_clip  # noqa: F401 - checks versions before mmaction
    path = str(tools_folder() / name)
    sys.argv = [path, *map(full_path, sys.argv[1:])]
    runpy.run_path(path, run_name='__main__')


if __name__ == '__main__':
    print(full_path(sys.argv[1]) if sys.argv[1:] else tools_folder())
