"""Every block of docs/features.md runs and prints what it says."""
import contextlib
import glob
import io
import re
import shlex

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.datasets.preparation.motion_videos import make_data_set
from tests.small import ROOT


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with small demo data and a random model in its place."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'configs').symlink_to(ROOT / 'configs')
    make_data_set(tmp_path / 'data/motion',
                  dict(train=3, val=2, frames=8, size=32, seed=0))
    torch.manual_seed(0)
    model = MODELS.build(
        Config.fromfile('configs/demo/tcclip_motion.py').model)
    path = tmp_path / 'work_dirs/demo/tcclip_motion/epoch_12.pth'
    path.parent.mkdir(parents=True)
    torch.save(dict(state_dict=model.state_dict()), path)


def run_command(line, run):
    """Runs a documented command of the tool in this process."""
    python, tool, *words = shlex.split(line.replace('\\\n', ' '))
    assert (python, tool) == ('python', 'tools/extract_features.py')
    return run(*(name for word in words for name in glob.glob(word) or [word]))


def without_numbers(text):
    return re.sub(r'[\d.]+', '0', ' '.join(text.split()))


def test_the_documentation_runs(checkout, run_tool):
    pytest.importorskip('pyarrow')
    text = (ROOT / 'docs/features.md').read_text(encoding='utf-8')
    blocks = re.findall(r'^```(\w+)\n(.*?)^```$', text, re.S | re.M)
    assert len(blocks) > 10
    namespace, printed = {}, ''
    for language, block in blocks:
        if language == 'sh':  # for several machines
            continue
        if language == 'text':
            assert without_numbers(printed) == without_numbers(block)
            continue
        if language == 'bash':
            printed = run_command(block, run_tool('extract_features')).out
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(block, namespace)
        printed = out.getvalue()
    check_recipes(namespace)


def check_recipes(found):
    """Checks what the recipes compute by hand."""
    np.testing.assert_allclose(
        found['scores'] * found['facts']['scale'],
        found['features']['logits'],
        atol=1e-4)
    relevant = np.array([[0, 1, 0], [0, 1, 1]], bool)
    hits = found['first_hits'](np.array([[3, 1, 2], [1, 2, 3.]]), relevant)
    assert [*hits] == [3, 1]
    x = np.array([[1, 0], [0, 1], [-1, .1], [-1, -.1]], np.float32)
    y = np.array([0, 1, 2, 2])
    means = found['class_means'](x, y)
    np.testing.assert_allclose(means, [[1, 0], [0, 1], [-1, 0]], atol=1e-6)
    layer = found['logistic_regression'](x, y)
    assert [*layer(torch.from_numpy(x)).argmax(1)] == [*y]
