"""The command ``tc-clip``: the tools of this project, from any folder."""
import argparse
import ast
import sys
import types
from pathlib import Path
from typing import Any, Optional, Sequence

from .config_files import shipped_path
from .version import __version__

COMMANDS = dict(
    predict='predict.py',
    features='extract_features.py',
    export='export.py',
    convert='convert_weights.py',
    ensemble='ensemble_weights.py',
    prepare='prepare_data.py',
    collect='collect_results.py',
    visualize='visualize_tokens.py',
    train='train.py',
    test='test.py',
    analyse='analyse.py')


def summary(file: str) -> str:
    """Returns the first line of a tool's documentation, in plain text."""
    source = shipped_path(f'tools/{file}').read_text(encoding='utf-8')
    text = ast.get_docstring(ast.parse(source)) or ''
    return text.partition('\n')[0].replace('``', '')


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the command's name, which lists all commands."""
    width = max(map(len, COMMANDS))
    lines = [
        f'  {name:{width}}  {summary(file)}'
        for name, file in COMMANDS.items()
    ]
    parser = argparse.ArgumentParser(
        'tc-clip',
        usage='%(prog)s [-h] [--version] COMMAND ...',
        description='\n'.join(['commands:', *lines]),
        epilog='`tc-clip COMMAND --help` lists the options of a command.\n'
        'Where documentation says `python tools/FILE.py`, run the command '
        'of that name:\n`tc-clip convert` is tools/convert_weights.py.',
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        'command',
        metavar='COMMAND',
        choices=list(COMMANDS),
        help='one of the above; the arguments after it belong to it')
    parser.add_argument('--version', action='version', version=__version__)
    return parser


def run_script(path: Path, **names: Any) -> None:
    """Runs a file as ``python FILE`` does, with the command line as it is.

    ``runpy`` would replace ``sys.argv[0]``, which ``--help`` shows.

    Args:
        path: the file.
        **names: global variables of the script.
    """
    script = types.ModuleType('__main__')
    vars(script).update(names, __file__=str(path))
    code = compile(path.read_text(encoding='utf-8'), str(path), 'exec')
    caller, sys.modules['__main__'] = sys.modules['__main__'], script
    try:
        exec(code, vars(script))
    finally:
        sys.modules['__main__'] = caller


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Runs the tool that the first argument names, with the other arguments.

    Args:
        argv: arguments; None selects those of the process.
    """
    words = [*(sys.argv[1:] if argv is None else argv)]
    command = make_parser().parse_args(words[:1]).command
    tool = shipped_path(f'tools/{COMMANDS[command]}')
    sys.path.insert(0, str(tool.parent))  # tools import their neighbours
    sys.argv = [f'tc-clip {command}', *words[1:]]
    run_script(tool)
