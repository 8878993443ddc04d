"""tools/export.py, whose graphs tests/deployment/test_export.py looks at."""
import export as tool
import pytest
import torch

from tests.exported_models import needs_torch


@pytest.fixture
def run(run_tool, tiny_config, tiny_checkpoint, tmp_path):
    """Runs the tool with the tiny model; returns what it prints."""
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    export = run_tool('export')
    return lambda *options: export(config, tiny_checkpoint, *options).out


@needs_torch
def test_says_what_it_wrote_and_how_near_it_is(run, tmp_path):
    out = tmp_path / 'new/model.pt2'
    printed = run('--out', out, '--labels', 'run', 'say "jump"')
    assert '2 classes, pixels (1, 3, 8, 32, 32)' in printed
    assert 'Largest difference to the model: 0.0e+00' in printed
    assert f"torch.export.load('{out}')" in printed
    pixels = torch.rand(1, 3, 8, 32, 32)
    assert torch.export.load(out).module()(pixels).shape == (1, 2)


@needs_torch
def test_half_precision_of_the_model_is_compared(run, tmp_path):
    out = tmp_path / 'model.pt2'
    printed = run('--out', out, '--dtype', 'bfloat16')
    line, = [x for x in printed.splitlines() if x.startswith('In torch.bf')]
    assert 1e-4 < float(line.split()[-4]) < 0.5
    assert 'Largest difference to the model: 0.0e+00' in printed


def test_a_folder_is_used_by_name(run, run_tool, own_video, tmp_path):
    folder = tmp_path / 'folder'
    printed = run('--out', folder, '--labels', 'run', 'jump', '--license',
                  'mit')
    assert f'To use it: python tools/predict.py VIDEO --checkpoint {folder}' \
        in printed
    card = (folder / 'README.md').read_text()
    assert 'license: mit' in card and 'tiny.py with tiny.pth' in card
    shown = run_tool('predict')(own_video, '--checkpoint', folder).out
    assert 'jump' in shown and 'run' in shown
    # without a config: that of the folder
    again = tmp_path / 'again'
    run_tool('export')(folder, '--out', again)
    for name in ('config.py', 'model.safetensors'):
        size = (folder / name).stat().st_size
        assert (again / name).stat().st_size == size


@pytest.mark.slow
@needs_torch
def test_wrong_files_do_not_take_the_place_of_older_ones(
        run, tmp_path, monkeypatch):
    read = tool.export.open_graph
    monkeypatch.setattr(tool.export, 'open_graph',
                        lambda path: lambda clips: read(path)(clips) + 1)
    out = tmp_path / 'model.pt2'
    out.write_text('older')
    with pytest.raises(SystemExit, match='is not written: .*by up to 1.0e'):
        run('--out', out)
    assert out.read_text() == 'older'


def test_more_is_allowed_only_where_the_model_itself_moves(tmp_path):
    assert 'thousandth' not in tool.verdict(9e-5, 1e-4, tmp_path)
    assert 'moves by 2.0e-01' in tool.verdict(3e-1, 4e-1, tmp_path)
    with pytest.raises(SystemExit, match='4.0e-01 is allowed'):
        tool.verdict(5e-1, 4e-1, tmp_path)


@pytest.mark.parametrize('options, message', [
    (['--out', 'model.pth'], 'must end in .onnx or .pt2'),
    (['--out', 'a.pt2', '--batch', '0'], '--batch must be 1 or more'),
    (['--out', 'a.pt2', '--batch', '2', '--dynamic-batch'], 'not allowed'),
    ([], '--out'),
    (['third.pth', '--out', 'a.pt2'], 'or a config and a checkpoint'),
])
def test_wrong_options_are_named(capsys, options, message):
    with pytest.raises(SystemExit):
        tool.parse_args(['config.py', 'weights.pth', *options])
    assert message in capsys.readouterr().err


def test_names_what_has_to_be_installed(monkeypatch):
    monkeypatch.setattr(tool.importlib.util, 'find_spec', lambda name: None)
    monkeypatch.setattr(tool.torch, '__version__', '2.5.1')
    with pytest.raises(SystemExit, match='pip install onnx onnxscript onnxr'):
        tool.check_installed('.onnx')
    tool.check_installed('.pt2')
    monkeypatch.setattr(tool.torch, '__version__', '2.4.1+cpu')
    with pytest.raises(SystemExit, match='torch 2.5 or later, this is 2.4.1'):
        tool.check_installed('.pt2')


@needs_torch
def test_models_that_cannot_be_exported_are_named(run, tiny_config, tmp_path):
    tiny_config.model.data_preprocessor.to_rgb = True
    tiny_config.dump(tmp_path / 'tiny.py')
    with pytest.raises(SystemExit, match='export.py: .*to_rgb=False'):
        run('--out', tmp_path / 'model.pt2')
