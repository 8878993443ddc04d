"""tools/benchmark.py: the table of systems, and what it refuses."""
import _zoo
import pytest

from tests.small import table_cells
from tests.system_configs import NAMES, system_config


@pytest.fixture
def configs(tmp_path):
    """Files of two systems of the demo, one of which is not trained."""
    files = []
    for name, trainable in (('ViFi-CLIP', []), ('Open-VCLIP', ['backbone'])):
        config = system_config(name)
        config.model.trainable = trainable
        files.append(tmp_path / f'{name}.py')
        config.dump(files[-1])
    return files


def test_zoo(run_tool, configs, tmp_path, monkeypatch):
    monkeypatch.setattr(_zoo, 'peak_of', lambda call, file: 2.**28)
    out = tmp_path / 'out'
    page = run_tool('benchmark')('--zoo', *configs, '--runs', 1, '--views', 2,
                                 '--out', out).out
    assert (out / 'zoo.md').read_text() in page
    assert (out / 'zoo.png').stat().st_size > 10_000
    rows = {row[0]: row[1:] for row in table_cells(page)[2:]}
    assert [*rows] == [str(file) for file in configs]
    assert [row[-1] for row in rows.values()] == ['-', '0.25']
    assert [row[2] for row in rows.values()] == ['8', '8']
    for part in ('2 at once, 4 classes', 'above the model, with gradients',
                 'second gradient, is not in it', 'cpu in float32'):
        assert part in page


def test_peak_of_a_system(run_tool, configs):
    printed = run_tool('benchmark')('--zoo', '--peak', 'zoo', configs[1])
    assert float(printed.out.splitlines()[-1]) >= 0


def test_what_is_refused(run_tool, configs):
    run = run_tool('benchmark')
    for arguments, message in ((('--zoo', 'no/such.py'),
                                'no/such.py is neither a file'),
                               (('--zoo', configs[0], '--classes', 7,
                                 '--cfg-options',
                                 'model.backbone.type=ResNet3d'),
                                'only a TCCLIPViT can be')):
        with pytest.raises(SystemExit, match=message):
            run(*arguments)
    with pytest.raises(SystemExit):
        run('--out', 'folder')


@pytest.mark.parametrize('option', [
    '--runs',
    '--views',
    '--train-frames',
    '--train-batch',
])
def test_numbers_are_above_0(run_tool, option, capsys):
    with pytest.raises(SystemExit):
        run_tool('benchmark')(option, 0)
    assert f'{option}: 0 must be 1 or more' in capsys.readouterr().err


def test_training_of_nothing_is_said(run_tool, configs):
    printed = run_tool('benchmark')(configs[0], '--only', 'training').out
    assert 'no parameter of this model is trained' in printed
    assert len(NAMES) == 4
