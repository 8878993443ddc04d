"""Runs the command line tools that the installed mmaction2 carries."""
import importlib.util
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
        'The installed mmaction2 carries no tools/train.py. Cure: pip install '
        '"mmaction2==1.2.0"')


def run_tool(name: str) -> None:
    """Runs one of MMAction2's Python tools with this command line.

    Args:
        name: file name of the tool.
    """
    sys.path.insert(0, str(ROOT))  # works without installation
    import projects.tc_clip  # noqa: F401 - checks versions before mmaction
    runpy.run_path(str(tools_folder() / name), run_name='__main__')


if __name__ == '__main__':
    print(tools_folder())
