"""What ends a tool: tools/_checkout.py."""
import subprocess
import sys

import _checkout
import pytest

from tests.small import ROOT


def test_ctrl_c_ends_imports_with_a_line():
    code = 'import _checkout; raise KeyboardInterrupt'
    ended = subprocess.run([sys.executable, '-c', code],
                           cwd=ROOT / 'tools',
                           capture_output=True,
                           text=True)
    assert ended.stderr == 'interrupted\n'
    assert ended.returncode == 130


@pytest.mark.parametrize('text, said', [
    ('', 'interrupted\n'),
    ('out.json keeps the results', 'interrupted: out.json keeps the results\n')
])
def test_ctrl_c_ends_a_tool_with_a_line(text, said, capsys):

    def main():
        raise KeyboardInterrupt(text)

    with pytest.raises(SystemExit) as stop:
        _checkout.run_main(main)
    assert stop.value.code == 130
    assert capsys.readouterr().err == said


def test_an_error_in_place_of_ctrl_c_is_ctrl_c(capsys):

    def main():
        try:
            raise KeyboardInterrupt
        except BaseException:
            raise SyntaxError('of the text of a config')

    with pytest.raises(SystemExit, match='130'):
        _checkout.run_main(main)
    assert capsys.readouterr().err == 'interrupted\n'


@pytest.mark.parametrize('words', [
    ['--cfg-options', 'a=1', '=2'],
    ['--options', 'a'],
])
def test_changes_of_a_config_need_a_key_and_a_value(words):
    with pytest.raises(SystemExit, match=f'{words[-1]}: write KEY=VALUE'):
        _checkout.check_changes(['tool', *words])
