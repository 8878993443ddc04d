"""Every tool on every system, and the table of docs/systems.md."""
import shlex

import numpy as np
import pytest

from projects.tc_clip.files import write_mp4
from tests.exported_models import NEEDED, needs_torch
from tests.small import save_clip
from tests.system_configs import SYSTEMS, save_start, system_config
from tests.system_tools import USES, cell, note_of, table, written_table

# Of a plain 'yes', the cells of these two are run with the other tests.
FAST = 'X-CLIP', 'ActionCLIP'


def marks(use, system):
    """Returns the marks of a cell's test."""
    found = [needs_torch] if 'export' in use else []
    plain = cell(use, system) == 'yes' and system not in FAST
    return found + [pytest.mark.slow] * (USES[use].is_slow or plain)


CELLS = [
    pytest.param(use, system, marks=marks(use, system)) for system in SYSTEMS
    for use in USES
]


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    """Returns a function that makes the files of a system, once."""
    folder, done = tmp_path_factory.mktemp('systems'), {}
    noise = np.random.default_rng(0).integers(0, 255, (30, 64, 64, 3))
    write_mp4(folder / 'video.mp4', noise.astype(np.uint8), 10)

    def get(system):
        if system not in done:
            config = system_config(system)
            names = {
                key: folder / f'{SYSTEMS[system]}_{key}'
                for key in ('weights.pth', 'clip.pt', 'config.py')
            }
            config.dump(names['config.py'])
            save_start(config, names['weights.pth'])
            save_clip(names['clip.pt'], config.model.backbone.arch)
            done[system] = {
                key.split('.')[0]: path
                for key, path in names.items()
            }
        return dict(done[system], video=folder / 'video.mp4')

    return get


@pytest.mark.parametrize('use, system', CELLS)
def test_cell(files, run_tool, capsys, tmp_path, use, system):
    for package in NEEDED['.onnx'] if '.onnx' in use else ():
        pytest.importorskip(package)
    text, note = cell(use, system), note_of(cell(use, system))
    tool, *command = shlex.split(USES[use].command)
    names = dict(files(system), out=tmp_path / 'out')
    command = [part.format(**names) for part in command]
    if text.startswith('no'):
        with pytest.raises(SystemExit) as stop:
            run_tool(tool)(*command)
        # one line, and exit status 1
        assert note.printed in stop.value.code
        assert len(stop.value.code.splitlines()) == 1
        return
    printed = run_tool(tool)(*command).out
    assert note is None or note.printed in printed


@pytest.mark.slow
@pytest.mark.parametrize('system', SYSTEMS)
def test_another_length_of_training_clips(files, run_tool, system):
    """Those that learn positions of frames say which length they need."""
    command = (files(system)['config'], '--only', 'training', '--runs', '1',
               '--train-frames', '4')
    if system not in ('X-CLIP', 'A5', 'Vita-CLIP'):
        assert '2 videos of 4 frames' in run_tool('benchmark')(*command).out
        return
    with pytest.raises(SystemExit, match='--train-frames 4: .*4 frames'):
        run_tool('benchmark')(*command)


def test_page_has_the_table():
    assert written_table() == table()
