"""Predicting videos from Python."""
import json

import pytest
import torch
from mmaction.apis import inference_recognizer
from mmengine.dataset import Compose
from mmengine.logging import MMLogger

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.datasets import BrokenVideoError
from projects.tc_clip.datasets.video_reader import VideoReader
from tests.conftest import TINY_CLASSES


def test_probabilities_are_those_of_a_test(tiny_config, tiny_checkpoint,
                                           own_video):
    inferencer = TCCLIPInferencer(
        tiny_config, tiny_checkpoint, 'cpu', test_views=True)
    guesses = inferencer.predict([own_video])[0].guesses
    model = inferencer.model
    model.cls_head.average_clips = 'prob'
    steps = Compose(inferencer.pipeline_config)
    score = inference_recognizer(model, own_video, steps).pred_score
    shares = {guess.label: guess.probability for guess in guesses}
    torch.testing.assert_close(
        torch.tensor([shares[name] for name in TINY_CLASSES[::-1]]), score)


@pytest.mark.parametrize('videos, size', [('a.mp4', 1), (['a.mp4'], 0),
                                          (['a.mp4'], -1)])
def test_predict_takes_a_list_and_a_batch(tiny_config, videos, size):
    inferencer = TCCLIPInferencer(tiny_config, None, 'cpu')
    with pytest.raises(ValueError, match=f'must be a list, .*={size} be 1'):
        inferencer.predict(videos, batch_size=size)


def test_several_labels_are_judged_one_by_one(tiny_config, own_video):
    head = tiny_config.model.cls_head
    head.update(multi_class=True, logit_bias=-1.)
    inferencer = TCCLIPInferencer(tiny_config, None, 'cpu')
    prediction = inferencer.predict([own_video])[0]
    assert prediction.several
    for guess in prediction.guesses:  # of one view
        assert guess.probability == pytest.approx(
            torch.tensor(guess.logit).sigmoid().item())


def test_classes_are_those_of_the_checkpoint_or_of_the_caller(
        tiny_config, tiny_checkpoint, own_video, tmp_path):
    assert TCCLIPInferencer(tiny_config,
                            tiny_checkpoint).class_names == TINY_CLASSES[::-1]
    path = tmp_path / 'own.txt'
    path.write_text('dance\nsleep')
    inferencer = TCCLIPInferencer(
        tiny_config, tiny_checkpoint, labels=str(path))
    assert inferencer.class_names == ['dance', 'sleep']
    first = inferencer.predict([own_video])[0]
    inferencer.set_labels(['sleep', 'dance'])
    again = inferencer.predict([own_video])[0]
    assert first.label == again.label
    assert [g.probability for g in first.guesses
            ] == pytest.approx([g.probability for g in again.guesses],
                               abs=1e-5)


def test_files_of_other_names_are_not_needed(tiny_config, tiny_checkpoint):
    tiny_config.model.cls_head.class_names = 'not/here.txt'
    inferencer = TCCLIPInferencer(
        tiny_config, tiny_checkpoint, labels=['dance', 'sleep'])
    assert inferencer.class_names == ['dance', 'sleep']


def test_wordings_reach_the_head(tiny_config, tiny_checkpoint, own_video):
    words = ['a person {}', '{} outdoors']
    given = TCCLIPInferencer(tiny_config, tiny_checkpoint, wordings=words)
    later = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    plain = later.predict([own_video])
    later.set_labels(later.class_names, words)
    assert given.predict([own_video]) == later.predict([own_video]) != plain


def test_batches_change_nothing(tiny_config, tiny_checkpoint, own_video):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    one, three = (inferencer.predict([own_video] * 3, size) for size in (1, 3))
    for a, b in zip(one, three):
        assert a.label == b.label
        assert [g.logit for g in a.guesses
                ] == pytest.approx([g.logit for g in b.guesses], abs=1e-5)


@pytest.fixture
def own_frames(own_video):
    """The frames of ``own_video``, as an array."""
    reader = VideoReader(own_video, 1)
    return reader.get_batch(range(len(reader))).asnumpy()


def test_arrays_score_as_the_file_of_their_frames(tiny_config, tiny_checkpoint,
                                                  own_video, own_frames):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    [of_file] = inferencer.predict([own_video])
    mixed = [own_frames, own_video, [*own_frames]]
    for size in (1, 3):
        found = inferencer.predict(mixed, size)
        assert [p.video for p in found] == ['array 0', own_video, 'array 2']
        for prediction in found:
            assert prediction.label == of_file.label
            assert [g.logit for g in prediction.guesses
                    ] == pytest.approx([g.logit for g in of_file.guesses],
                                       abs=1e-5)
    [plain] = inferencer(own_frames)['predictions']
    assert plain['video'] == 'array 0' and plain['label'] == of_file.label
    with pytest.raises(ValueError, match='array 0 has a frame 0 of shape'):
        inferencer([*own_frames])  # a list of videos, not of frames
    with pytest.raises(ValueError, match='arrays have no times'):
        inferencer.timeline(own_frames, window=1, stride=1)


def test_what_is_broken_stays_in_its_place(tiny_config, tiny_checkpoint,
                                           own_video, tmp_path):
    broken = tmp_path / 'broken.mp4'
    broken.write_bytes(b'no video')
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    [alone] = inferencer.predict([own_video])
    videos = [broken, own_video, own_video, broken, broken, own_video]
    for size in (1, 2, 6):
        found = [*inferencer.predict_each(videos, size)]
        assert [isinstance(f, BrokenVideoError)
                for f in found] == [video == broken for video in videos]
        assert {f.label
                for f in found
                if not isinstance(f, BrokenVideoError)} == {alone.label}


def test_plain_data_is_json(tiny_config, tiny_checkpoint, own_video):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    result = inferencer(own_video, top_k=2, none_below=1.)
    assert json.loads(json.dumps(result)) == result
    [prediction] = result['predictions']
    assert prediction['video'] == own_video
    assert prediction['label'] == 'none of these'
    assert len(prediction['guesses']) == 2


def test_a_timeline_sees_the_frames_of_each_span(tiny_config, tiny_checkpoint,
                                                 own_video, monkeypatch):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    light = []
    forward = inferencer.forward
    monkeypatch.setattr(
        inferencer, 'forward', lambda batch:
        (light.extend(clip.float().mean()
                      for clip in batch['inputs']), forward(batch))[1])
    found = inferencer.timeline(own_video, window=1, stride=0.5, batch_size=2)
    assert [tuple(p.span) for p in found] == [(0, 1), (.5, 1.5), (1, 2),
                                              (1.5, 2.5), (2, 3)]
    # 6 levels brighter a frame, 10 frames a second
    steps = torch.tensor(light).diff()
    torch.testing.assert_close(steps, torch.full((4, ), 30.), atol=2, rtol=0)


def test_one_span_is_the_whole_video(tiny_config, tiny_checkpoint, own_video):
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    [whole], [span] = (inferencer.predict([own_video]),
                       inferencer.timeline(own_video, window=5, stride=5))
    assert span.guesses == whole.guesses and tuple(span.span) == (0, 3)


def test_broken_videos_are_errors_whatever_the_config_says(
        tiny_config, tiny_checkpoint, tmp_path):
    tiny_config.val_dataloader.dataset.pipeline[0].on_error = 'blank'
    path = tmp_path / 'broken.mp4'
    path.write_bytes(b'no video')
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    with pytest.raises(BrokenVideoError, match='broken.mp4 cannot be read'):
        inferencer.predict([path])
    with pytest.raises(BrokenVideoError, match='broken.mp4 cannot be read'):
        inferencer.timeline(path, window=1, stride=1)


@pytest.fixture
def said(monkeypatch):
    """What the inferencer logs."""
    messages = []
    monkeypatch.setattr('projects.tc_clip.apis.loading.print_log',
                        lambda message, **options: messages.append(message))
    return messages


def test_it_says_that_weights_are_random(tiny_config, said):
    logger = MMLogger.get_current_instance()
    level = logger.level
    TCCLIPInferencer(tiny_config)
    assert len(said) == 1 and 'The model is random' in said[0]
    assert logger.level == level


def test_the_log_is_as_loud_as_before_where_clip_is_missing(tiny_config):
    logger = MMLogger.get_current_instance()
    level = logger.level
    tiny_config.model.backbone.pretrained = 'not/here.pt'
    with pytest.raises((OSError, ValueError), match='not/here.pt'):
        TCCLIPInferencer(tiny_config)
    assert logger.level == level


def test_without_checkpoint_the_towers_are_those_of_clip(
        tiny_config, tiny_checkpoint, tmp_path, said):
    state = torch.load(tiny_checkpoint)['state_dict']
    backbone = {
        name[len('backbone.'):]: value
        for name, value in state.items() if name.startswith('backbone.')
    }
    clip = tmp_path / 'clip.pt'
    torch.save(_as_clip(state, backbone), clip)
    tiny_config.model.backbone.pretrained = str(clip)
    model = TCCLIPInferencer(tiny_config).model
    assert f'CLIP ({clip}), zero-shot' in said[0]
    assert model.backbone.proj.equal(backbone['proj'])
    text = 'cls_head.text_encoder.text_projection'
    assert model.state_dict()[text].equal(state[text])


def _as_clip(state, backbone):
    """Renames weights to those of an open_clip file."""
    text = 'cls_head.text_encoder.'
    clip = {
        f'visual.{name}': value
        for name, value in backbone.items() if 'local_global' not in name
    }
    clip.update({
        name[len(text):]: value
        for name, value in state.items() if name.startswith(text)
    })
    clip['logit_scale'] = state['cls_head.logit_scale']
    return clip


def test_the_checkpoint_replaces_a_file_of_names_that_is_absent(
        tiny_config, tiny_checkpoint):
    """As a model that is used from another folder than its training's."""
    tiny_config.model.cls_head.class_names = 'data/not/here.txt'
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    assert inferencer.class_names == TINY_CLASSES[::-1]
    with pytest.raises(FileNotFoundError, match='data/not/here.txt: no such'):
        TCCLIPInferencer(tiny_config)


def test_weights_of_another_model_are_refused(tiny_config, tiny_checkpoint):
    tiny_config.model.cls_head.num_prompts = 0
    tiny_config.model.cls_head.fusion = dict(type='VisionTextFusion')
    with pytest.raises(
            ValueError, match='weights are missing: cls_head.fusion'):
        TCCLIPInferencer(tiny_config, tiny_checkpoint)


def test_heads_without_class_names_are_refused(tiny_config):
    tiny_config.model.cls_head = dict(
        type='TimeSformerHead', num_classes=4, in_channels=64)
    with pytest.raises(ValueError, match='TimeSformerHead takes no class'):
        TCCLIPInferencer(tiny_config)


def test_descriptors_stay_with_the_classes_of_the_checkpoint(
        tiny_config, tiny_checkpoint, own_video):
    """The config describes the classes in the order of the training."""
    names = TINY_CLASSES[::-1]
    words = [[f'thing {i}'] for i in range(len(names))]
    tiny_config.model.cls_head.update(
        class_names=names,
        templates=['{} with {spatial}'],
        descriptors=dict(spatial=words))
    inferencer = TCCLIPInferencer(tiny_config, tiny_checkpoint)
    guesses = inferencer.predict([own_video])[0].guesses
    with pytest.raises(ValueError, match='needs descriptors of classes'):
        inferencer.set_classes(names)
    inferencer.set_classes(names[::-1], descriptors=dict(spatial=words[::-1]))
    again = inferencer.predict([own_video])[0].guesses
    assert [g.label for g in again] == [g.label for g in guesses]
    assert [g.probability
            for g in again] == pytest.approx([g.probability for g in guesses],
                                             abs=1e-5)
