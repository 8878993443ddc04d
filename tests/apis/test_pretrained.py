"""Folders that a model is saved to and loaded from."""
import json

import pytest
import torch
from mmengine.config import Config
from safetensors import safe_open
from safetensors.torch import load_file

from projects.tc_clip.apis import TCCLIPInferencer, save_pretrained
from projects.tc_clip.apis.pretrained import self_contained
from projects.tc_clip.clip import weights
from tests.official_files import convert_official, write_official
from tests.system_configs import NAMES, SYSTEMS, save_start, system_config


@pytest.fixture(autouse=True)
def no_download(monkeypatch):
    """No test may look for CLIP."""

    def download(*args):
        raise AssertionError(f'CLIP is loaded: {args}')

    monkeypatch.setattr(weights, 'download_pretrained', download)


def logits(inferencer, video):
    [prediction] = inferencer.predict([video])
    return {guess.label: guess.logit for guess in prediction.guesses}


def test_a_folder_scores_as_the_model(tiny_config, tiny_checkpoint, own_video,
                                      tmp_path):
    folder = tmp_path / 'model'
    first = TCCLIPInferencer(tiny_config, tiny_checkpoint, 'cpu')
    first.save_pretrained(folder)
    assert sorted(file.name for file in folder.iterdir()) == [
        'README.md', 'config.py', 'model.safetensors'
    ]
    second = TCCLIPInferencer.from_pretrained(folder, device='cpu')
    assert second.class_names == first.class_names
    assert second.pipeline_config == first.pipeline_config
    assert logits(first, own_video) == logits(second, own_video)
    other = TCCLIPInferencer.from_pretrained(folder, class_names=['a', 'b'])
    assert other.class_names == ['a', 'b']


@pytest.mark.parametrize('system', SYSTEMS)
def test_all_systems(system, own_video, tmp_path):
    config = system_config(system)
    save_start(config, tmp_path / 'start.pth')
    first = TCCLIPInferencer(config, str(tmp_path / 'start.pth'), 'cpu')
    first.save_pretrained(tmp_path / 'model')
    second = TCCLIPInferencer.from_pretrained(tmp_path / 'model')
    assert second.class_names == NAMES
    assert logits(first, own_video) == logits(second, own_video)


def test_classes_that_were_set_later(tiny_config, tiny_checkpoint, own_video,
                                     tmp_path):
    wordings = tmp_path / 'w.txt'
    wordings.write_text('someone dances\nsomeone sleeps\n')
    first = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    first.set_classes(['dance', 'sleep'], ['a person {}', str(wordings)])
    first.save_pretrained(tmp_path / 'model')
    wordings.unlink()
    second = TCCLIPInferencer.from_pretrained(tmp_path / 'model')
    assert second.class_names == ['dance', 'sleep']
    assert logits(first, own_video) == logits(second, own_video)


def test_files_of_texts_and_weights_are_left_out(tiny_config, tmp_path):
    path = tmp_path / 'spatial.json'
    path.write_text(json.dumps({'0': ['a', 'b'], '1': ['c', 'd']}))
    model = tiny_config.model
    model.backbone.pretrained = str(tmp_path / 'clip.pt')
    model.cls_head.update(
        arch='ViT-B-16-quickgelu',
        pretrained='openai',
        descriptors=dict(spatial=str(path)))
    kept = self_contained(tiny_config, ['x', 'y'], 'tiny')
    assert kept.model.backbone.pretrained is None
    assert kept.model.cls_head.pretrained == 'openai'
    assert kept.model.cls_head.class_names == ['x', 'y']
    assert kept.model.cls_head.descriptors == dict(
        spatial=[['a', 'b'], ['c', 'd']])
    assert str(tmp_path) not in kept.pretty_text
    assert model.cls_head.descriptors == dict(spatial=str(path))


def test_the_card_has_classes_sampling_source_and_licence(
        tiny_config, tiny_checkpoint, tmp_path):
    folder = tmp_path / 'tiny-model'
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    inferencer.save_pretrained(
        folder, source='tiny.py', license='cc-by-nc-4.0')
    card = (folder / 'README.md').read_text()
    count = sum(p.numel() for p in inferencer.model.parameters())
    assert card.startswith('---\nlicense: cc-by-nc-4.0\n')
    for line in ('# tiny-model', f'{count:,} parameters.',
                 'made from `tiny.py`.', '- Licence: cc-by-nc-4.0.',
                 '- Default: 8 frames, 1 clips x 1 crops', '0. swim',
                 '3. run'):
        assert line in card
    with safe_open(folder / 'model.safetensors', 'pt') as file:
        assert file.metadata() == dict(
            format='pt', class_names=json.dumps(inferencer.class_names))
    config = Config.fromfile(folder / 'config.py')
    assert config.model.cls_head.class_names == inferencer.class_names
    assert config.default_scope == 'mmaction'


def test_a_recognizer_needs_its_config(tiny_config, tiny_checkpoint, tmp_path):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    model = inferencer.model
    save_pretrained(model, tmp_path / 'a', tiny_config, source='tiny.py')
    save_pretrained(inferencer, tmp_path / 'b', source='tiny.py')
    a, b = tmp_path / 'a', tmp_path / 'b'
    assert (a / 'config.py').read_text() == (b / 'config.py').read_text()
    one, two = (load_file(f / 'model.safetensors') for f in (a, b))
    assert one.keys() == two.keys() == model.state_dict().keys()
    assert all(value.equal(two[key]) for key, value in one.items())
    del model.cfg
    with pytest.raises(ValueError, match='needs the config of the model'):
        save_pretrained(model, tmp_path / 'c')
    assert not (tmp_path / 'c').exists()


def test_a_repository_of_the_hub(tiny_config, tiny_checkpoint, own_video,
                                 tmp_path, hub):
    first = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    first.save_pretrained(tmp_path / 'model')
    hub('me/model', *(tmp_path / 'model').iterdir())
    second = TCCLIPInferencer.from_pretrained('hf://me/model')
    assert logits(first, own_video) == logits(second, own_video)
    with pytest.raises(OSError, match='and the hub cannot be reached: '):
        TCCLIPInferencer.from_pretrained('hf://me/other')


@pytest.mark.parametrize('system', ['TC-CLIP', 'ViFi-CLIP', 'X-CLIP'])
def test_official_files_score_as_converted_ones(system, own_video, tmp_path):
    config, _ = write_official(system, tmp_path)
    ours = convert_official(system, config, tmp_path)
    official, converted = (
        TCCLIPInferencer.from_pretrained(tmp_path / name, config)
        for name in ('official.pth', ours))
    assert logits(official, own_video) == logits(converted, own_video)


def test_weights_of_a_checkpoint_need_no_clip(tiny_config, tiny_checkpoint):
    """A tag of CLIP is not downloaded where a checkpoint has all weights."""
    checkpoint = torch.load(tiny_checkpoint)
    tiny_config.model.cls_head.pretrained = 'openai'
    tiny_config.model.backbone.pretrained = 'openai'
    checkpoint['meta']['cfg'] = tiny_config.pretty_text
    torch.save(checkpoint, tiny_checkpoint)
    inferencer = TCCLIPInferencer.from_pretrained(tiny_checkpoint)
    assert inferencer.class_names == ['swim', 'sit', 'jump', 'run']


def test_class_names_of_a_file_that_is_elsewhere(tiny_config, tiny_checkpoint):
    checkpoint = torch.load(tiny_checkpoint)
    tiny_config.model.cls_head.class_names = '/not/here/names.csv'
    checkpoint['meta']['cfg'] = tiny_config.pretty_text
    torch.save(checkpoint, tiny_checkpoint)
    inferencer = TCCLIPInferencer.from_pretrained(tiny_checkpoint)
    assert inferencer.class_names == ['swim', 'sit', 'jump', 'run']


def test_a_config_or_a_checkpoint_is_needed():
    with pytest.raises(ValueError, match='^Give a config, or a checkpoint'):
        TCCLIPInferencer()
