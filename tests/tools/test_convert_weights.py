"""The conversion tool on small files."""
import hashlib
import importlib
import json
from pathlib import Path

import open_clip
import pytest
import torch

ROOT = Path(__file__).parents[2]
LAYOUTS = json.loads((ROOT / 'tests/data/official_layouts.json').read_text())
SIZES = dict(D=8, E=4, N=5)
TOKENS = 'cls_head.text_encoder.token_embedding.weight'

tool = importlib.import_module('convert_weights')


class Config:
    """A class that is not to be loaded."""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the tool in an empty folder; returns what it prints, by label."""
    monkeypatch.chdir(tmp_path)

    def run(*args):
        monkeypatch.setattr('sys.argv', ['convert_weights.py', *args])
        tool.main()
        lines = capsys.readouterr().out.splitlines()
        return dict(line.split(': ', 1) for line in lines)

    return run


def make_clip(path='clip.pt', width=8):
    torch.manual_seed(0)
    state = open_clip.CLIP(
        embed_dim=4,
        vision_cfg=dict(
            image_size=32, patch_size=16, layers=2, width=width, head_width=4),
        text_cfg=dict(
            context_length=77, vocab_size=10, width=4, heads=2,
            layers=2)).state_dict()
    torch.save(state, path)
    return state


def make_official(layout, path='official.pth'):
    model = {}
    for key, shape in LAYOUTS[layout].items():
        shape = [
            n if isinstance(n, int) else int(n[:-1] or 1) * SIZES[n[-1]]
            for n in shape
        ]
        for i in range('{j}' in key, 2 if '{' in key else 1):
            model[f'module.{key.format(i=i, j=i)}'] = torch.randn(shape)
    torch.save(
        dict(
            model=model,
            optimizer={},
            lr_scheduler={},
            epoch=9,
            max_accuracy=81.5,
            config=Config()), path)
    return model


@pytest.mark.parametrize('layout,count,aside', [
    ('tc_clip', 84,
     ['prompt_learner.token_prefix', 'prompt_learner.token_suffix']),
    ('vifi_clip', 62, ['prompt_learner.complete_text_embeddings']),
])
def test_official_file_to_ours_and_back(run, layout, count, aside):
    model, clip = make_official(layout), make_clip()
    model['module.image_encoder.positional_embedding'] = torch.randn(3, 5, 8)
    torch.save(dict(model=model, config=Config()), 'official.pth')

    said = run(layout, 'official.pth', 'out/ours.pth', '--clip', 'clip.pt')

    ours = torch.load('out/ours.pth', weights_only=True)
    state, meta = ours['state_dict'], ours['meta']
    assert said == {
        'out/ours.pth': f'{len(state)} tensors',
        'from --clip': TOKENS,
        'set aside in meta': ', '.join(aside)
    }
    assert torch.equal(state[TOKENS], clip['token_embedding.weight'])
    assert torch.equal(state['backbone.proj'],
                       model['module.image_encoder.proj'])
    assert list(meta.pop('leftovers')) == aside
    digest = hashlib.sha256(Path('official.pth').read_bytes()).hexdigest()
    assert meta == dict(
        converted_from=layout, source='official.pth', sha256=digest)

    said = run(layout, 'out/ours.pth', 'back.pth', '--reverse')

    back = torch.load('back.pth', weights_only=True)
    assert said == {
        'back.pth': f'{len(model)} tensors',
        'left out': TOKENS,
        'given back from meta': ', '.join(aside)
    }
    assert list(back) == ['model']
    assert back['model'].keys() == model.keys()
    assert all(torch.equal(back['model'][k], v) for k, v in model.items())


def test_token_embedding_must_come_from_somewhere(run):
    make_official('tc_clip')
    with pytest.raises(ValueError) as error:
        run('tc_clip', 'official.pth', 'ours.pth')
    assert str(error.value) == (
        f'official.pth does not hold {TOKENS}; give the CLIP that it was made '
        'from, e.g. --clip openai')
    assert not Path('ours.pth').exists()


def test_clip_of_another_size(run):
    model = make_official('vifi_clip')
    make_clip(width=16)
    del model['module.image_encoder.ln_pre.bias']
    torch.save(dict(model=model), 'official.pth')
    with pytest.raises(ValueError) as error:
        run('vifi_clip', 'official.pth', 'ours.pth', '--clip', 'clip.pt')
    message = str(error.value)
    assert message.startswith('The checkpoint and --clip are not of one '
                              'architecture: backbone.class_embedding is '
                              '(8,), in CLIP (16,); ')
    assert 'backbone.ln_pre.bias is missing; ' in message
    assert 'positional_embedding is (5, 8), in CLIP (5, 16)' in message


def test_openai_file(run):
    clip = make_clip()
    said = run('openai', 'clip.pt', 'ours.pth')
    state = torch.load('ours.pth', weights_only=True)['state_dict']
    assert said['from --clip'] == said['set aside in meta'] == 'none'
    assert len(state) == len(clip)
    assert torch.equal(state['backbone.conv1.weight'],
                       clip['visual.conv1.weight'])


def test_openai_tag(run, monkeypatch):
    make_clip()
    asked = []

    def download(config):
        asked.append(config['url'])
        return 'clip.pt'

    monkeypatch.setattr('projects.tc_clip.clip.weights.download_pretrained',
                        download)
    run('openai', 'openai', 'ours.pth', '--arch', 'ViT-L-14')
    assert [Path(url).name for url in asked] == ['ViT-L-14.pt']
    meta = torch.load('ours.pth', weights_only=True)['meta']
    assert meta['source'] == 'clip.pt'


def test_vision_tower_of_mmpretrain(run):
    clip = make_clip()
    state = {
        'backbone.cls_token': torch.randn(1, 1, 8),
        'backbone.pos_embed': torch.randn(1, 5, 8),
        'backbone.patch_embed.projection.weight': torch.randn(8, 3, 16, 16),
        'backbone.patch_embed.projection.bias': torch.zeros(8),
    }
    norms = dict(ln_pre='pre_norm', ln_post='ln1')
    blocks = {'mlp.c_fc': 'ffn.layers.0.0', 'mlp.c_proj': 'ffn.layers.1'}
    blocks.update({'attn.in_proj': 'attn.qkv', 'attn.out_proj': 'attn.proj'})
    blocks.update(ln_1='ln1', ln_2='ln2')
    for i in range(2):
        for ours, theirs in blocks.items():
            norms[f'transformer.resblocks.{i}.{ours}'] = f'layers.{i}.{theirs}'
    for ours, theirs in norms.items():
        for leaf in ('weight', 'bias'):
            gap = '_' if ours.endswith('in_proj') else '.'
            shape = clip[f'visual.{ours}{gap}{leaf}'].shape
            state[f'backbone.{theirs}.{leaf}'] = torch.randn(shape)
    torch.save(dict(state_dict=state, meta=Config()), 'vit.pth')

    with pytest.raises(ValueError) as error:
        run('mmpretrain', 'vit.pth', 'ours.pth')
    assert str(error.value) == (
        'vit.pth does not hold cls_head.*, backbone.proj; give the CLIP that '
        'it was made from, e.g. --clip openai')

    said = run('mmpretrain', 'vit.pth', 'ours.pth', '--clip', 'clip.pt')
    ours = torch.load('ours.pth', weights_only=True)['state_dict']
    assert len(ours) == len(clip)
    assert said['set aside in meta'] == 'backbone.patch_embed.projection.bias'
    taken = said['from --clip'].split(', ')
    assert {k for k in taken if k.startswith('backbone.')} == {'backbone.proj'}
    assert torch.equal(ours['backbone.ln_post.bias'],
                       state['backbone.ln1.bias'])
    assert torch.equal(ours['cls_head.text_encoder.text_projection'],
                       clip['text_projection'])


def test_buffers_of_another_layout_are_not_given_back(run):
    make_official('vifi_clip')
    make_clip()
    run('vifi_clip', 'official.pth', 'ours.pth', '--clip', 'clip.pt')
    said = run('tc_clip', 'ours.pth', 'back.pth', '--reverse')
    assert said['given back from meta'] == 'none'
    model = torch.load('back.pth', weights_only=True)['model']
    assert 'module.image_encoder.transformer.resblocks.0.attn.q_proj.bias' \
        in model
    assert not any('prompt_learner' in key for key in model)


def test_prompts_do_not_fit_into_vifi_clip(run):
    make_official('tc_clip')
    make_clip()
    run('tc_clip', 'official.pth', 'ours.pth', '--clip', 'clip.pt')
    with pytest.raises(
            ValueError,
            match='^Keys that vifi_clip has no place '
            'for: cls_head.prompt_vectors, backbone.transformer.'
            'resblocks.1.local_global_bias, '):
        run('vifi_clip', 'ours.pth', 'back.pth', '--reverse')


def test_files_without_a_state_dict(run):
    torch.save(dict(model=Config()), 'a.pth')
    with pytest.raises(ValueError) as error:
        run('tc_clip', 'a.pth', 'ours.pth')
    assert str(
        error.value) == 'a.pth: the model is no state dict but a StandIn.'
    torch.save(dict(model=dict(x=1, logit_scale=torch.ones(()))), 'a.pth')
    with pytest.raises(ValueError) as error:
        run('tc_clip', 'a.pth', 'ours.pth')
    assert str(error.value) == 'a.pth: no tensors: x'


@pytest.mark.parametrize('args,message', [
    (['openai', 'a', 'b', '--reverse'
      ], '--reverse is for tc_clip, vifi_clip, not for openai'),
    (['tc_clip', 'a', 'b', '--reverse', '--clip', 'openai'
      ], '--reverse takes nothing from --clip'),
])
def test_options_that_do_not_go_together(capsys, args, message):
    with pytest.raises(SystemExit):
        tool.parse_args(args)
    assert capsys.readouterr().err.rstrip().endswith(message)
