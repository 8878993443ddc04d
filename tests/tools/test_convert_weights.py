"""tools/convert_weights.py: what it says, and options that do not fit."""
from pathlib import Path

import convert_weights
import pytest
import torch

from tests.small import TINY_ARCH, save_clip


@pytest.fixture
def run(run_tool, tmp_path, monkeypatch):
    """Runs the tool in an empty folder; returns what it prints, by label."""
    monkeypatch.chdir(tmp_path)
    convert = run_tool('convert_weights')
    return lambda *args: dict(
        line.split(': ', 1) for line in convert(*args).out.splitlines())


@pytest.fixture
def clip(run):
    return save_clip('clip.pt', TINY_ARCH)


def test_what_is_written_is_said_there_and_back(run, clip):
    tensors = f'{len(clip)} tensors'
    assert run('openai', 'clip.pt', 'out/ours.pth') == {
        'out/ours.pth': tensors,
        'from --clip': 'none',
        'set aside in meta': 'none'
    }
    tokens = 'cls_head.text_encoder.token_embedding.weight'
    back = run('vifi_clip', 'out/ours.pth', 'back.pth', '--reverse')
    model = torch.load('back.pth', weights_only=True)['model']
    assert back == {
        'back.pth': f'{len(model)} tensors',
        'left out': tokens,
        'given back from meta': 'none'
    }
    assert run('vifi_clip', 'back.pth', 'again.pth', '--clip', 'clip.pt') == {
        'again.pth': tensors,
        'from --clip': tokens,
        'set aside in meta': 'none'
    }
    ours, again = (
        torch.load(path, weights_only=True)['state_dict']
        for path in ('out/ours.pth', 'again.pth'))
    assert ours.keys() == again.keys()
    assert all(torch.equal(again[key], value) for key, value in ours.items())


def test_a_tag_is_that_of_the_architecture(run, clip, monkeypatch):
    asked = []

    def download(config):
        asked.append(config['url'])
        return 'clip.pt'

    monkeypatch.setattr('projects.tc_clip.clip.weights.is_reachable',
                        lambda: True)
    monkeypatch.setattr('projects.tc_clip.clip.weights.download_pretrained',
                        download)
    run('openai', 'openai', 'ours.pth', '--arch', 'ViT-L-14')
    assert [Path(url).name for url in asked] == ['ViT-L-14.pt']
    meta = torch.load('ours.pth', weights_only=True)['meta']
    assert meta['source'] == 'clip.pt'


@pytest.mark.parametrize('args,message', [
    (['openai', 'a', 'b', '--reverse'], 'maxi, not for openai'),
    (['tc_clip', 'a', 'b', '--reverse', '--clip', 'openai'
      ], '--reverse takes nothing from --clip'),
])
def test_options_that_do_not_go_together(capsys, args, message):
    with pytest.raises(SystemExit):
        convert_weights.parse_args(args)
    assert capsys.readouterr().err.rstrip().endswith(message)
