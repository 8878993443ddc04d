"""The name SampleFrames has two meanings, which `_scope_` tells apart."""
import subprocess
import sys

import mmaction.datasets.transforms as stock
from mmengine.registry import TRANSFORMS

from projects.tc_clip.datasets import SampleFrames
from tests.small import ROOT

ALONE = '''
import logging
from mmengine.registry import TRANSFORMS, init_default_scope
init_default_scope('mmaction')
step = TRANSFORMS.build(
    dict(type='SampleFrames', _scope_='projects.tc_clip', clip_len=2))
print(type(step).__module__)
'''


def test_the_scope_selects_our_class():
    step = dict(type='SampleFrames', clip_len=4)
    ours = TRANSFORMS.build(dict(step, _scope_='projects.tc_clip'))
    assert type(ours) is SampleFrames
    assert type(TRANSFORMS.build(step)) is stock.SampleFrames


def test_mmengine_finds_the_registry_without_a_warning():
    """It imports the scope's module ``registry``."""
    done = subprocess.run([sys.executable, '-c', ALONE],
                          cwd=ROOT,
                          capture_output=True,
                          text=True,
                          check=True)
    assert done.stdout.split()[-1] == 'projects.tc_clip.datasets.sample_frames'
    assert 'registry' not in done.stdout + done.stderr
