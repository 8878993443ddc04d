"""``--dtype`` of the tools that run a model."""
import json

import numpy as np
import pytest
import torch
from _checkout import full_command, precision_as_config
from mmengine.config import Config

from projects.tc_clip.apis import TCCLIPInferencer, extract_features
from projects.tc_clip.apis.run_settings import settings_of
from projects.tc_clip.models import precision
from tests.small import CONFIGS


def test_a_test_gets_a_hook():
    given = ['c.py', 'c.pth', '--dtype', 'auto', '--launcher', 'slurm']
    changes = [
        '--cfg-options', 'default_hooks.precision.type=PrecisionHook',
        'default_hooks.precision.dtype=auto'
    ]
    assert precision_as_config(given) == given[:2] + given[4:] + changes
    assert precision_as_config(['--dtype=auto',
                                *given[:2]]) == given[:2] + changes
    assert precision_as_config(given[:2]) == given[:2]
    config = Config.fromfile(CONFIGS / 'demo/tcclip_motion.py')
    config.merge_from_dict(dict(item.split('=') for item in changes[1:]))
    assert config.default_hooks.precision == dict(
        type='PrecisionHook', dtype='auto')
    assert config.default_hooks.class_names.type == 'ClassNamesHook'


@pytest.mark.parametrize('name, changes', [('test.py', 2), ('dist_test.sh', 2),
                                           ('slurm_test.sh', 2),
                                           ('train.py', 0)])
def test_only_tests_have_the_option(name, changes):
    command = full_command(name, ['x', '--dtype', 'bfloat16'])
    assert sum('precision' in part for part in command) == changes
    assert ('--dtype' in command) == (changes == 0)


def test_unknown_precisions_are_refused(capsys):
    with pytest.raises(SystemExit):
        precision_as_config(['--dtype', 'half'])
    assert "invalid choice: 'half'" in capsys.readouterr().err


@pytest.fixture
def inferencers(tiny_config, tiny_checkpoint):
    return [
        TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu', dtype=dtype)
        for dtype in ('float32', 'bfloat16')
    ]


def test_scores_and_features_are_float32(inferencers, own_video):
    whole, half = (extract_features(i, own_video) for i in inferencers)
    for name, value in whole._asdict().items():
        other = getattr(half, name)
        assert other.dtype == value.dtype == torch.float32
        assert other.ne(value).any()
        if name != 'context':  # rounding decides which tokens merge
            torch.testing.assert_close(other, value, rtol=0, atol=0.1)
    lengths = torch.cat((half.video[None], half.text)).norm(dim=-1)
    torch.testing.assert_close(lengths, torch.ones(5), rtol=0, atol=1e-5)
    first, second = (i.predict([own_video])[0] for i in inferencers)
    assert first.label == second.label
    for a, b in zip(first.guesses, second.guesses):
        assert a.probability == pytest.approx(b.probability, abs=0.02)


def test_settings_name_half_precision_only(inferencers):
    whole, half = (settings_of(i, 'c.py', 'c.pth') for i in inferencers)
    assert 'precision' not in whole  # as in folders of earlier versions
    assert half.pop('precision') == 'bfloat16' and half == whole


def test_errors_of_the_inferencer(tiny_config, tiny_checkpoint, tmp_path):
    with pytest.raises(ValueError, match="dtype='float16' on a CPU"):
        TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu', dtype='float16')


def test_predict_prints_what_auto_chose(run_tool, tiny_config, tiny_checkpoint,
                                        own_video, tmp_path, monkeypatch):
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    model = ('--config', config, '--checkpoint', tiny_checkpoint, '--device',
             'cpu')
    monkeypatch.setattr(precision, 'fast_dtype', lambda device: torch.bfloat16)
    printed = run_tool('predict')(own_video, *model, '--dtype', 'auto',
                                  '--out', tmp_path / 'out.json')
    assert 'precision: torch.bfloat16' in printed.err
    assert 'precision' not in run_tool('predict')(own_video, *model).err
    shares = [
        guess['probability'] for guess in json.loads((
            tmp_path / 'out.json').read_text())['predictions'][0]['guesses']
    ]
    assert sum(shares) == pytest.approx(1, abs=1e-5)


def test_features_of_half_precision_are_stored_in_float32(
        run_tool, tiny_config, tiny_checkpoint, own_video, tmp_path):
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    run_tool('extract_features')(own_video, '--config', config, '--checkpoint',
                                 tiny_checkpoint, '--device', 'cpu', '--dtype',
                                 'bfloat16', '--out', tmp_path / 'out')
    file, = (tmp_path / 'out').rglob('*.npz')
    with np.load(file) as arrays:
        assert {array.dtype
                for array in arrays.values()} == {np.dtype('float32')}
    record = json.loads((tmp_path / 'out/features.json').read_text())
    assert (record['precision'], record['dtype']) == ('bfloat16', 'float32')


def test_an_onnx_file_has_its_own_precision(run_tool, capsys):
    with pytest.raises(SystemExit):
        run_tool('predict')('.', '--onnx', 'x.onnx', '--dtype', 'auto')
    assert 'computes in its own precision' in capsys.readouterr().err


def test_the_benchmark_says_which_model_it_compares(run_tool, tiny_checkpoint,
                                                    tiny_config, tmp_path,
                                                    own_video):
    config = tmp_path / 'tiny.py'
    tiny_config.dump(config)
    run = run_tool('benchmark')
    options = ('--only', 'precision', '--dtype', 'bfloat16', '--runs', 1)
    noise = run(config, *options).out
    assert 'Precision, 8 clips of noise, random weights' in noise
    assert ' of 8\n' in noise and 'bfloat16 / float32, time' in noise
    video = run(config, *options, '--checkpoint', tiny_checkpoint, '--videos',
                own_video).out
    assert f'Precision, 1 videos, weights of {tiny_checkpoint}' in video
    assert ' of 1\n' in video
    with pytest.raises(SystemExit):
        run(config, '--only', 'precision')
