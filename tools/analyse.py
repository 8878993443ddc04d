"""Runs a tool of MMAction2 on this project's configs, checkpoints and logs.

    python tools/analyse.py get_flops configs/tcclip_k400.py --shape ...
    python tools/analyse.py get_flops --help

docs/analysis.md shows what each of them prints.
"""
import argparse
import sys

from _checkout import full_path, run_main, tools_folder

from projects.tc_clip.cli import run_script
from projects.tc_clip.compat.analysis_tools import PATCHES


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('tool', choices=list(PATCHES))
    parser.add_argument(
        'arguments', nargs=argparse.REMAINDER, help='arguments of the tool')
    return parser.parse_args()


def main() -> None:
    """Patches and runs the tool."""
    args = parse_args()
    sys.argv = [f'{sys.argv[0]} {args.tool}', *map(full_path, args.arguments)]
    script, = tools_folder().glob(f'*/{args.tool}.py')
    run_script(script, **PATCHES[args.tool]())


if __name__ == '__main__':
    run_main(main)
