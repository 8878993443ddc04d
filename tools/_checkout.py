"""Finds this checkout and the command line tools of the installed mmaction2.

Importing this module puts the checkout on the path, so that tools run without
installation. Ctrl-C then ends them with one line, also while they import.
"""
import argparse
import importlib.util
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Callable, List, Optional, Sequence, Type

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent
if (ROOT / 'projects/tc_clip').is_dir():  # not so in a wheel
    sys.path.insert(0, str(ROOT))


def print_end(kind: Type[BaseException], error: BaseException,
              place: Optional[TracebackType]) -> None:
    """Prints what ends a tool: one line after Ctrl-C, else the traceback.

    Args:
        kind: class of the error.
        error: its text may say where results are kept.
        place: its traceback.

    Raises:
        SystemExit: Ctrl-C was pressed (130, as shells count it).
    """
    if issubclass(kind, KeyboardInterrupt):
        words = filter(None, ['interrupted', str(error)])
        print(*words, sep=': ', file=sys.stderr)
        raise SystemExit(128 + signal.SIGINT)
    sys.__excepthook__(kind, error, place)


sys.excepthook = print_end


def tools_folder() -> Path:
    """Returns the folder of the tools in the installed mmaction2.

    Raises:
        FileNotFoundError: the installation carries no tools.
    """
    spec = importlib.util.find_spec('mmaction')
    roots = (spec.submodule_search_locations or []) if spec else []
    for root in roots:
        # In .mim of a wheel, or beside the package in an editable checkout.
        for folder in (Path(root, '.mim/tools'), Path(root, '../tools')):
            if (folder / 'train.py').is_file():
                return folder.resolve()
    raise FileNotFoundError(
        'The installed mmaction2 carries no tools/train.py: pip install '
        '"mmaction2==1.2.0"')


def full_path(argument: str) -> str:
    """Returns the path of a config; other arguments are not changed.

    Args:
        argument: argument of a command line; it is a config if it ends in
            ``.py`` and is not an option or ``KEY=VALUE``.

    Raises:
        SystemExit: there is no such config; the message names similar ones.
    """
    from projects.tc_clip import config_file
    if not argument.endswith('.py') or argument[0] == '-' or '=' in argument:
        return argument
    try:
        return str(config_file(argument))
    except FileNotFoundError as error:
        raise SystemExit(f'error: {error}') from error


def hub_path(argument: str) -> str:
    """Returns the path of a file of the hub; other arguments do not change.

    Args:
        argument: argument of a command line.

    Raises:
        SystemExit: the file is not there, or the hub cannot be reached.
    """
    if not argument.startswith('hf://'):
        return argument
    from projects.tc_clip.clip.hub_files import hub_file
    try:
        return str(hub_file(argument))
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error


def full_arguments(arguments: Sequence[str]) -> List[str]:
    """Returns a command line with paths of configs and checkpoints.

    Args:
        arguments: configs may have short names; ``best`` or ``last`` behind a
            config is a checkpoint in its work dir; files of the hub
            (``hf://``) are downloaded.

    Raises:
        SystemExit: there is no such config or checkpoint.
    """
    from projects.tc_clip.checkpoints import RULES, checkpoint_of_config
    full = [hub_path(full_path(argument)) for argument in arguments]
    for i, (config, rule) in enumerate(zip(full, full[1:]), 1):
        if config.endswith('.py') and rule in RULES:
            try:
                full[i] = str(checkpoint_of_config(config, rule))
            except (FileNotFoundError, ValueError) as error:
                raise SystemExit(f'error: {error}') from error
    return full


def precision_as_config(arguments: Sequence[str]) -> List[str]:
    """Turns ``--dtype`` of a test into changes of the config.

    Args:
        arguments: a command line of MMAction2's test.py.

    Raises:
        SystemExit: there is no such precision.
    """
    from projects.tc_clip.models.precision import PRECISIONS
    parser = argparse.ArgumentParser(
        prog='test', add_help=False, allow_abbrev=False)
    parser.add_argument('--dtype', choices=PRECISIONS)
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.dtype is None:
        return rest
    hook = 'default_hooks.precision'
    return [
        *rest, '--cfg-options', f'{hook}.type=PrecisionHook',
        f'{hook}.dtype={chosen.dtype}'
    ]


def full_command(name: str, arguments: Sequence[str]) -> List[str]:
    """Returns the command line that a tool of MMAction2 understands.

    Args:
        name: the tool.
        arguments: what the user typed behind it.

    Raises:
        SystemExit: an argument names nothing that there is.
    """
    full = full_arguments(arguments)
    return precision_as_config(full) if 'test' in name else full


def run_tool(name: str) -> None:
    """Runs one of MMAction2's Python tools with this command line.

    Args:
        name: path below its folder of tools.
    """
    from projects.tc_clip.cli import run_script
    sys.argv[1:] = full_command(name, sys.argv[1:])
    run_main(lambda: run_script(tools_folder() / name))


def check_changes(arguments: Sequence[str]) -> None:
    """Refuses changes of a config that have no value, as MMEngine would not.

    Args:
        arguments: a command line.

    Raises:
        SystemExit: a word behind ``--cfg-options`` has no key or no ``=``.
    """
    option = ''
    for word in arguments:
        if word.startswith('--'):
            option = word if word in ('--cfg-options', '--options') else ''
        elif option and '=' not in word[1:]:
            raise SystemExit(f'error: {option} {word}: write KEY=VALUE, '
                             'without spaces around the =')


def of_system(error: OSError) -> str:
    """Returns a file and what is wrong with it, without a number."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f'{error.filename}: {error.strerror}'


def run_main(main: Callable[[], None]) -> None:
    """Runs a tool; bad input, the disk and Ctrl-C end it with one line.

    Args:
        main: the tool.

    Raises:
        SystemExit: a file cannot be read or written, this project refuses what
            it was given, or Ctrl-C was pressed.
    """
    from projects.tc_clip.user_errors import chain, message_of
    check_changes(sys.argv[1:])
    try:
        main()
    except (Exception, KeyboardInterrupt) as error:
        for cause in chain(error):  # MMEngine may raise another after Ctrl-C
            if isinstance(cause, KeyboardInterrupt):
                print_end(KeyboardInterrupt, cause, None)
        message = message_of(error, TOOLS)
        if not message and isinstance(error, OSError):
            message = of_system(error)
        if not message:  # the others keep their traceback
            raise
        raise SystemExit(f'error: {message}') from error


def become_script(name: str, *arguments: str) -> None:
    """Replaces this process by one of MMAction2's shell scripts.

    Args:
        name: path below its folder of tools.
        *arguments: its command line, where configs may have short names.

    Raises:
        SystemExit: the number of processes is missing.
    """
    place = {'dist_train.sh': 1, 'dist_test.sh': 2}.get(name)
    if place and not ''.join(arguments[place:place + 1]).isdigit():
        raise SystemExit(f'error: {name} needs the number of processes as '
                         f'argument {place + 1}')
    env = dict(os.environ)
    if (ROOT / 'projects/tc_clip').is_dir():
        env['PYTHONPATH'] = f'{ROOT}:{env.get("PYTHONPATH", "")}'
    command = [
        'bash',
        str(tools_folder() / name), *full_command(name, arguments)
    ]
    os.execvpe('bash', command, env)


if __name__ == '__main__':
    become_script(*sys.argv[1:])
