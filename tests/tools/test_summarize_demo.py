"""The figures that `make demo` ends with, as README shows them."""
import json
import re

import pytest

from tests.small import ROOT

README = ROOT / 'README.md'


def test_the_newest_accuracies_and_pages_are_printed(run_tool, tmp_path):
    for run, old, new in (('tcclip_motion', 0.5, 0.927083),
                          ('frame_wise_motion', 0.9, 0.302083)):
        for time, share in (('20250101_000000', old), ('20250102_000000',
                                                       new)):
            file = tmp_path / run / 'test' / time / f'{time}.json'
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps({'acc/top1': share}))
    printed = run_tool('summarize_demo')(tmp_path).out
    shown = re.search(r'```\n(top-1, 4x3 views.*?)```', README.read_text(),
                      re.DOTALL)[1]
    folder = f'{tmp_path.as_uri()}/'
    assert printed.strip().replace(
        folder, 'file:///.../work_dirs/demo/') == shown.strip()


def test_a_folder_without_tests_is_named(run_tool, tmp_path):
    with pytest.raises(SystemExit) as raised:
        run_tool('summarize_demo')(tmp_path)
    message = str(raised.value)
    assert f'{tmp_path}/tcclip_motion/test holds no result' in message
    assert 'Run `make demo`' in message
