"""What the inferencer loads: configs, class names, weights."""
import logging

import pytest
from mmaction.registry import MODELS
from mmengine.config import ConfigDict
from mmengine.logging import MMLogger

from projects.tc_clip.apis import loading
from tests.small import CONFIGS
from tests.system_configs import system_config


def test_a_config_is_copied_or_read(tiny_config, tmp_path):
    copy = loading.read_config(tiny_config)
    copy.model.cls_head.class_names = ['other']
    assert tiny_config.model.cls_head.class_names != ['other']
    tiny_config.dump(tmp_path / 'tiny.py')
    read = loading.read_config(tmp_path / 'tiny.py')
    assert read.model == tiny_config.model


@pytest.mark.parametrize(
    'name', ['demo/tcclip_motion.py', CONFIGS / 'demo/tcclip_motion.py'])
def test_a_short_name_is_enough(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert loading.read_config(name).model.backbone.num_frames == 8


@pytest.mark.parametrize('name', ['no/config.py', 'no/model.onnx'])
def test_a_file_that_is_not_there_is_named(name):
    if name.endswith('.onnx'):
        pytest.importorskip('onnxruntime')
    with pytest.raises(FileNotFoundError, match=name):
        loading.read_config(name)


def test_only_classes_that_are_given_are_written():
    head = dict(type='TCCLIPHead', class_names=['a'], wordings=['{}'])
    model = ConfigDict(cls_head=head)
    loading.choose_classes(model, None, ())
    assert model == dict(cls_head=head)
    loading.choose_classes(model, ['b', 'c'], ('to {}', ))
    assert model.cls_head.class_names == ['b', 'c']
    assert model.cls_head.wordings == ['to {}']


def test_a_config_without_a_head_is_refused():
    model = ConfigDict(type='Recognizer3D', backbone=dict(type='TCCLIPViT'))
    with pytest.raises(ValueError, match='None takes no class names'):
        loading.choose_classes(model, ['run'], ())


def test_heads_without_class_names_are_refused():
    model = ConfigDict(cls_head=dict(type='TimeSformerHead'))
    with pytest.raises(ValueError, match='^TimeSformerHead takes no class na'):
        loading.choose_classes(model, None, ())


class Model:
    """A recognizer that is initialised, or fails."""

    def __init__(self, pretrained, error=None):
        self.backbone = ConfigDict(pretrained=pretrained)
        self.error, self.level = error, None

    def init_weights(self):
        self.level = MMLogger.get_current_instance().level
        if self.error:
            raise self.error


@pytest.fixture
def said(monkeypatch):
    """What is logged."""
    messages = []
    monkeypatch.setattr(loading, 'print_log',
                        lambda message, **options: messages.append(message))
    return messages


@pytest.mark.parametrize('pretrained, message', [
    ('openai', 'CLIP (openai), zero-shot: the parts that TC-CLIP adds'),
    (None, 'random: '),
])
def test_where_weights_come_from_is_said(said, pretrained, message):
    logger = MMLogger.get_current_instance()
    before, model = logger.level, Model(pretrained)
    loading.start_from_clip(model)
    assert said[0].startswith(
        f'No checkpoint is given. The model is {message}')
    # MMEngine's list of all parameters is not printed
    assert model.level == logging.WARNING and logger.level == before


def test_the_log_is_as_loud_as_before_after_an_error(said):
    logger = MMLogger.get_current_instance()
    before = logger.level
    with pytest.raises(OSError, match='no file'):
        loading.start_from_clip(Model('a.pt', OSError('no file')))
    assert logger.level == before and said == []


def test_prompts_of_single_classes_need_as_many_names():
    config = system_config('Vita-CLIP')
    weights = MODELS.build(config.model).state_dict()
    config.model.cls_head.class_names = ['left', 'right', 'up']
    three = MODELS.build(config.model)
    with pytest.raises(ValueError, match='of 4 classes, which 3 classes'):
        loading.check_class_count(three, dict(state_dict=weights))
    three.set_classes(['a', 'b', 'c'])
    loading.check_class_count(three, three.state_dict())
