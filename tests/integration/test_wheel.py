"""The wheel holds the whole package."""
import sys

import pytest

from .conftest import ROOT

CHECK = """
import projects.tc_clip as package
from mmaction.registry import HOOKS, MODELS, PARAM_SCHEDULERS, TRANSFORMS
assert package.__file__.startswith({site!r}), package.__file__
for registry, name in ((MODELS, 'TCCLIPViT'), (TRANSFORMS, 'SegmentSample'),
                       (HOOKS, 'EpochSeedHook'),
                       (PARAM_SCHEDULERS, 'TimmCosineLR')):
    assert registry.get(name), name
from pathlib import Path
from projects.tc_clip.visualization import run_page
for suffix in ('html', 'css', 'js'):
    assert Path(run_page.__file__).with_name(f'page.{{suffix}}').is_file()
print('registered')
"""


@pytest.mark.slow
def test_wheel_imports_and_registers(run, tmp_path, monkeypatch):
    run(sys.executable, '-m', 'build', '--wheel', '--outdir', tmp_path, ROOT)
    wheel, = tmp_path.glob('*.whl')
    site = tmp_path / 'site'
    run(sys.executable, '-m', 'pip', 'install', '--no-deps', '--target', site,
        wheel)
    monkeypatch.setenv('PYTHONPATH', str(site))
    printed = run(sys.executable, '-c', CHECK.format(site=str(site)))
    assert 'registered' in printed
