"""Which errors end a tool with their text alone."""
import sys

import _checkout
import pytest
from mmaction.registry import TRANSFORMS
from mmengine.config import Config
from torch.utils.data import DataLoader

from projects.tc_clip.clip.ensemble import interpolate
from projects.tc_clip.datasets.video_lists import read_video_list
from projects.tc_clip.user_errors import message_of
from tests.small import ROOT

SHARE = 'clip_share=2 is not between 0'


def caught(function, *args, **options):
    """Returns the error of a call."""
    try:
        function(*args, **options)
    except Exception as error:
        return error
    raise AssertionError('there is no error')


def test_what_this_package_raises_is_for_users():
    assert message_of(caught(interpolate, {}, {}, 2)).startswith(SHARE)


def test_what_others_raise_is_not():
    assert message_of(caught(int, 'x')) == ''
    assert message_of(ValueError('never raised')) == ''
    # in a line of this package that has no `raise`
    assert message_of(caught(read_video_list, 3)) == ''
    # a kind of error that is a bug
    assert message_of(caught(interpolate, None, {}, .5)) == ''


def test_folders_of_tools_are_added(tmp_path, monkeypatch):
    file = tmp_path / 'one_tool.py'
    file.write_text("def main():\n    raise ValueError('a message')\n")
    monkeypatch.syspath_prepend(tmp_path)
    import one_tool
    assert message_of(caught(one_tool.main)) == ''
    assert message_of(caught(one_tool.main), tmp_path) == 'a message'
    del sys.modules['one_tool']


def test_the_text_is_that_from_before_a_registry_adds_the_part():
    error = caught(TRANSFORMS.build, dict(type='SafeDecordInit', on_error='x'))
    assert message_of(error).startswith('on_error must be one of')


def test_a_part_that_is_not_there():
    error = caught(TRANSFORMS.build, dict(type='Nope'))
    assert message_of(error) == (
        'Nope is not in the mmaction::transform registry: correct the config '
        '(docs/parts.md lists the parts)')


def test_a_key_that_a_config_lacks():
    error = caught(lambda: Config(dict(x=1))['model'])
    assert message_of(error) == "the config has no 'model': add it"
    assert message_of(caught(lambda: {}['model'])) == ''


class Share:
    """A data set whose items are errors of this package, or others."""

    def __init__(self, is_ours):
        self.is_ours = is_ours

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return interpolate({}, {}, 2) if self.is_ours else int('x')


@pytest.mark.parametrize('is_ours', [True, False])
def test_errors_of_loading_processes(is_ours):
    loader = DataLoader(Share(is_ours), num_workers=1)
    message = message_of(caught(list, loader))
    assert message.startswith(SHARE) if is_ours else message == ''
    assert '\n' not in message


def test_tools_end_with_that_text(tmp_path, run_tool, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'a').write_bytes(b'')
    with pytest.raises(SystemExit) as stop:
        run_tool('convert_weights')('ost', 'a', 'b')
    assert stop.value.code == ('error: a is empty: copy or download it again')
    with pytest.raises(ZeroDivisionError):
        _checkout.run_main(lambda: 1 / 0)
    assert (ROOT / 'tools') == _checkout.TOOLS
