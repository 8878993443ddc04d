"""The tool that writes ensembles, on small files."""
from pathlib import Path

import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import load_checkpoint

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.clip.ensemble import WeightEnsemble
from projects.tc_clip.files import sha256
from tests import small
from tests.official_files import write_official
from tests.small import changed, make_model, perturb, save_clip, score

ARCH = changed(small.ARCH, vision=dict(layers=2), text=dict(layers=2))


@pytest.fixture
def run(run_tool, tmp_path, monkeypatch):
    """Runs the tool in an empty folder; returns what it prints, by label."""
    monkeypatch.chdir(tmp_path)
    ensemble = run_tool('ensemble_weights')
    return lambda *args: dict(
        line.split(': ', 1) for line in ensemble(*args).out.splitlines())


def make_files():
    """Writes clip.pt and finetuned.pth; returns the fine-tuned model."""
    save_clip('clip.pt', ARCH)
    model = make_model(
        backbone=dict(arch=ARCH, pretrained='clip.pt'),
        cls_head=dict(class_names=['run', 'sit']))
    model.init_weights()
    perturb(model, by=0.05)
    torch.save(
        dict(
            state_dict=model.state_dict(),
            meta=dict(epoch=30, dataset_meta=dict(classes=['run', 'sit'])),
            message_hub=HistoryBuffer([1.], [1]),
            optimizer=dict(state={}, param_groups=[])), 'finetuned.pth')
    return model.eval()


def test_out_scores_as_the_ensemble_at_test_time(run):
    model = make_files()
    with WeightEnsemble(model).use(0.3):
        want = score(model)
    said = run('clip.pt', 'finetuned.pth', 'out/ensemble.pth', '--clip-share',
               '0.3')

    assert not score(model).allclose(want, atol=1e-3)
    load_checkpoint(model, 'out/ensemble.pth', strict=True)
    assert score(model).equal(want)
    kept = said.pop('stay fine-tuned').split(', ')
    tensors = len(model.state_dict())
    assert said == {
        'out/ensemble.pth': f'{tensors} tensors',
        '0.3 of clip.pt in': f'{tensors - len(kept)} tensors'
    }
    assert kept == sorted(kept)
    assert 'cls_head.prompt_vectors' in kept
    assert 'backbone.transformer.resblocks.1.local_global_bias' in kept


def test_meta_is_kept_and_training_state_left_out(run):
    make_files()
    run('clip.pt', 'finetuned.pth', 'out.pth')
    out = torch.load('out.pth', weights_only=True)
    assert out.keys() == {'state_dict', 'meta'}
    assert out['meta'] == dict(
        epoch=30,
        dataset_meta=dict(classes=['run', 'sit']),
        weight_ensemble=dict(
            clip_share=0.3,
            clip='clip.pt',
            clip_sha256=sha256('clip.pt'),
            finetuned='finetuned.pth',
            finetuned_sha256=sha256('finetuned.pth')))


@pytest.mark.parametrize('clip_share', ['0', '1'])
def test_ends(run, clip_share):
    finetuned = make_files().state_dict()
    clip = torch.load('clip.pt', weights_only=True)
    run('clip.pt', 'finetuned.pth', 'out.pth', '--clip-share', clip_share)
    out = torch.load('out.pth', weights_only=True)['state_dict']
    assert out.keys() == finetuned.keys()
    if clip_share == '0':
        assert all(torch.equal(out[key], finetuned[key]) for key in out)
        return
    for key, theirs in {
            'backbone.proj': 'visual.proj',
            'cls_head.text_encoder.ln_final.bias': 'ln_final.bias',
            'cls_head.logit_scale': 'logit_scale'
    }.items():
        assert torch.equal(out[key], clip[theirs])
    key = 'cls_head.prompt_vectors'
    assert torch.equal(out[key], finetuned[key])


def test_tag_of_open_clip(run, monkeypatch):
    make_files()
    asked = []

    def download(config):
        asked.append(Path(config['url']).name)
        return 'clip.pt'

    monkeypatch.setattr('projects.tc_clip.clip.weights.is_reachable',
                        lambda: True)
    monkeypatch.setattr('projects.tc_clip.clip.weights.download_pretrained',
                        download)
    run('openai', 'finetuned.pth', 'out.pth', '--arch', 'ViT-B-32')
    assert set(asked) == {'ViT-B-32.pt'}
    meta = torch.load('out.pth', weights_only=True)['meta']
    assert meta['weight_ensemble']['clip'] == 'clip.pt'


def test_an_official_file_and_a_folder(run, tmp_path):
    config, state = write_official('ViFi-CLIP', tmp_path)
    run('clip.pt', 'official.pth', 'one.pth', '--clip-share', '0')
    one = torch.load('one.pth', weights_only=True)
    assert one['meta']['converted_from'] == 'vifi_clip'
    assert one['state_dict'].keys() == state.keys()
    assert all(one['state_dict'][k].equal(v) for k, v in state.items())
    inferencer = TCCLIPInferencer(config, 'one.pth')
    inferencer.save_pretrained('folder')
    run('clip.pt', 'folder', 'two.pth', '--clip-share', '0')
    two = torch.load('two.pth', weights_only=True)
    assert all(two['state_dict'][k].equal(v) for k, v in state.items())
    # the ensemble carries config and classes
    again = TCCLIPInferencer.from_pretrained('two.pth')
    assert again.class_names == inferencer.class_names


@pytest.mark.parametrize('key, message', [
    ('prompt_learner.ctx', 'The layouts tc_clip, vita_clip fit all names of '
     'the checkpoint: choose one, and convert the file with '
     'tools/convert_weights.py'),
    ('body.weight', 'official.pth is not a checkpoint of this project or of '
     'tools/convert_weights.py, its first keys are body.weight'),
])
def test_layouts_that_are_not_known(run, key, message):
    make_files()
    torch.save(dict(model={f'module.{key}': torch.ones(1)}), 'official.pth')
    with pytest.raises(SystemExit) as stop:
        run('clip.pt', 'official.pth', 'out.pth')
    assert stop.value.code == f'error: {message}'
    assert not Path('out.pth').exists()


def test_ensemble_is_not_mixed_again(run):
    make_files()
    run('clip.pt', 'finetuned.pth', 'once.pth')
    with pytest.raises(SystemExit, match='^error: once.pth is an ensemble '):
        run('clip.pt', 'once.pth', 'twice.pth')
    assert not Path('twice.pth').exists()


def test_share_out_of_range_writes_nothing(run):
    make_files()
    with pytest.raises(SystemExit, match=r'^error: clip_share=30\.0 is not b'):
        run('clip.pt', 'finetuned.pth', 'out.pth', '--clip-share', '30')
    assert not Path('out.pth').exists()
