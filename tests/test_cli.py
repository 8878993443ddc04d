"""The command tc-clip runs the tools."""
import subprocess
import sys
from pathlib import Path

import pytest

from projects.tc_clip.cli import COMMANDS, main, run_script, summary
from projects.tc_clip.version import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tc_clip(monkeypatch, capsys, tmp_path):
    """Returns a function that runs a command; gives its status and output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', ['tc-clip'])
    monkeypatch.setattr(sys, 'path', sys.path[:])

    def call(*words):
        with pytest.raises(SystemExit) as raised:
            main(words)
        printed = capsys.readouterr()
        return raised.value.code, printed.out + printed.err

    return call


def test_help_lists_all_commands(tc_clip):
    status, printed = tc_clip('--help')
    assert status == 0
    for command, file in COMMANDS.items():
        assert f'  {command:9}  {summary(file)}\n' in printed
    assert summary('train.py') == \
        "Trains the model of a config, by MMAction2's tools/train.py."


@pytest.mark.parametrize('words, message', [
    (('predct', 'a.mp4'), "invalid choice: 'predct' (choose from"),
    ((), 'the following arguments are required: COMMAND'),
])
def test_unknown_commands_are_errors(tc_clip, words, message):
    status, printed = tc_clip(*words)
    assert status == 2 and message in printed
    assert not words or all(command in printed for command in COMMANDS)


def test_version(tc_clip):
    assert tc_clip('--version') == (0, f'{__version__}\n')


@pytest.mark.parametrize('command', COMMANDS)
def test_usage_names_the_command(tc_clip, command):
    status, printed = tc_clip(command, '--help')
    assert status == 0
    assert printed.startswith(f'usage: tc-clip {command} ')


def test_usage_names_the_analysis_tool(tc_clip):
    _, printed = tc_clip('analyse', 'get_flops', '--help')
    assert printed.startswith('usage: tc-clip analyse get_flops ')


def test_arguments_reach_the_tool(tc_clip):
    status, printed = tc_clip('predict', 'none.mp4', '--top-k', '2')
    assert (status, printed) == ('none.mp4: no such file or folder', '')


def test_configs_have_short_names(tc_clip, capsys):
    main(['analyse', 'print_config', 'configs/demo/tcclip_motion.py'])
    assert 'ContextTokens' in capsys.readouterr().out
    for words in (('train', 'tcclip_k40.py'), ('analyse', 'print_config',
                                               'tcclip_k40.py')):
        status, _ = tc_clip(*words)
        assert status.startswith('error: tcclip_k40.py is neither a file nor')
        assert 'Similar names: tcclip_k400.py' in status


def test_shell_scripts_take_short_names(tmp_path, monkeypatch):
    srun = tmp_path / 'bin/srun'
    srun.parent.mkdir()
    srun.write_text('#!/bin/sh\necho srun "$@" PYTHONPATH=$PYTHONPATH\n')
    srun.chmod(0o755)
    path = f'{srun.parent}:{Path(sys.executable).parent}'
    monkeypatch.setenv('PATH', path, prepend=':')
    printed = subprocess.check_output([
        'bash', ROOT / 'tools/slurm_test.sh', 'PARTITION', 'JOB',
        'tcclip_k400.py', 'a file.pth', '--dump', 'x.pkl'
    ],
                                      cwd=tmp_path,
                                      text=True)
    config = ROOT / 'configs/tcclip_k400.py'
    assert f'test.py {config} a file.pth --launcher=slurm --dump x.pkl' in \
        printed
    assert f':{ROOT}:' in printed.partition('PYTHONPATH=')[2]


def test_scripts_run_as_main(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['a command', 'x'])
    caller = sys.modules['__main__']
    script = tmp_path / 'script.py'
    script.write_text('import sys\n'
                      'seen[:] = [__name__, __file__, sys.argv]\n'
                      'assert sys.modules["__main__"].seen is seen\n')
    seen = []
    run_script(script, seen=seen)
    assert seen == ['__main__', str(script), ['a command', 'x']]
    assert sys.modules['__main__'] is caller
