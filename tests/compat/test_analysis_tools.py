"""Patches of MMAction2's analysis tools, one by one."""
import json
import sys

import pytest
import torch
import torch.nn.functional as F
from _checkout import tools_folder
from matplotlib import pyplot
from mmaction.registry import TRANSFORMS
from mmengine.analysis import FlopAnalyzer
from mmengine.config import Config

from projects.tc_clip.compat import analysis_tools
from projects.tc_clip.datasets import SafeDecordDecode, SafeDecordInit
from tests.small import CONFIGS


def test_attention_is_counted():

    class Attention(torch.nn.Module):

        def forward(self, query, key, value):
            return F.scaled_dot_product_attention(query, key, value)

    analysis_tools.count_attention()
    sizes = ((5, 4), (7, 4), (7, 6))
    inputs = tuple(torch.rand(2, 3, *size) for size in sizes)
    count = FlopAnalyzer(Attention(), inputs).total()
    assert count == 2 * 3 * 5 * 7 * (4 + 6)


@pytest.mark.parametrize('name, frames, size', [
    ('tcclip_k400.py', 16, 224),
    ('zero_shot/tcclip_k400.py', 16, 224),
    ('tcclip_32f_k400.py', 32, 224),
    ('demo/tcclip_motion.py', 8, 32),
])
def test_a_clip_of_a_config_is_counted(monkeypatch, name, frames, size):
    monkeypatch.setattr('sys.argv', ['get_flops', str(CONFIGS / name)])
    assert analysis_tools.count_a_clip() == {}
    assert sys.argv[2:] == ['--shape', '1', '3', str(frames), *[str(size)] * 2]
    given = ['get_flops', str(CONFIGS / name), '--shape', '1', '3', '4']
    for argv in (given, ['get_flops'], ['get_flops', '--help']):
        monkeypatch.setattr('sys.argv', [*argv])
        analysis_tools.count_a_clip()
        assert sys.argv == argv


def test_a_clip_that_is_not_known_is_asked_for():
    pipeline = [dict(type='DecordInit'), dict(type='CenterCrop', crop_size=32)]
    with pytest.raises(ValueError, match='number of frames.*: give --shape 1'):
        analysis_tools.clip_shape(Config(dict(test_pipeline=pipeline)))


def test_every_tool_is_one_script_of_mmaction2():
    for name in analysis_tools.PATCHES:
        assert len([*tools_folder().glob(f'*/{name}.py')]) == 1, name


def test_iterations_of_the_old_log_are_mmengines():
    """The tool adds ``epoch - 1`` times the last iteration of an epoch."""
    logs = [
        dict(loss=1., epoch=epoch, iter=step)
        for epoch, step in ((1, 2), (1, 4), (2, 6), (2, 8), (3, 10))
    ]
    validation = {'acc/top1': 0.5, 'step': 1}
    lines = [json.dumps(log) for log in (*logs[:2], validation, *logs[2:])]
    old = [
        json.loads(line)
        for line in analysis_tools.as_old_log(lines).splitlines()
    ]
    assert old[2] == validation
    training = [log for log in old if 'mode' in log]
    assert {log['mode'] for log in training} == {'train'}
    last = {log['epoch']: log['iter'] for log in training}
    shown = [
        log['iter'] + (log['epoch'] - 1) * last[log['epoch']]
        for log in training
    ]
    assert shown == pytest.approx([2, 4, 6, 8, 10])


def test_a_log_is_opened_in_the_old_form(tmp_path):
    file = tmp_path / 'scalars.json'
    file.write_text('{"epoch": 1, "iter": 3}\n')
    with analysis_tools.open_as_old_log(str(file), 'r') as log:
        assert json.loads(log.read()) == dict(epoch=1, iter=3, mode='train')


def test_styles_of_seaborn_are_matplotlibs(monkeypatch):
    monkeypatch.setitem(sys.modules, 'seaborn', None)  # as if not installed
    with pyplot.rc_context():
        given = analysis_tools.use_old_logs()
        sys.modules['seaborn'].set_style('dark')
        assert pyplot.rcParams['axes.facecolor'] == '#EAEAF2'
        assert pyplot.rcParams['savefig.bbox'] == 'tight'
    assert given == dict(open=analysis_tools.open_as_old_log)


def test_stock_names_mean_safe_readers(monkeypatch):
    for name in ('DecordInit', 'DecordDecode'):
        monkeypatch.setitem(TRANSFORMS.module_dict, name,
                            TRANSFORMS.module_dict[name])
    analysis_tools.read_safely()
    assert TRANSFORMS.get('DecordInit') is SafeDecordInit
    assert TRANSFORMS.get('DecordDecode') is SafeDecordDecode
