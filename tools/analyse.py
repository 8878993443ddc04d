"""Runs an analysis tool of MMAction2 on this project's configs and logs.

    python tools/analyse.py get_flops configs/tcclip_k400.py --shape ...
    python tools/analyse.py get_flops --help

docs/analysis.md shows what each of them prints.
"""
import argparse
import runpy
import sys

from _analysis_cures import CURES
from _mmaction2 import ROOT, tools_folder


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('tool', choices=list(CURES))
    parser.add_argument(
        'arguments', nargs=argparse.REMAINDER, help='those of the tool')
    return parser.parse_args()


def main() -> None:
    """Runs the tool, cured of what it lacks."""
    args = parse_args()
    sys.path.insert(0, str(ROOT))  # works without installation
    import projects.tc_clip  # noqa: F401 - checks versions before mmaction
    path = str(tools_folder() / f'analysis_tools/{args.tool}.py')
    sys.argv = [path, *args.arguments]
    runpy.run_path(path, init_globals=CURES[args.tool](), run_name='__main__')


if __name__ == '__main__':
    main()
