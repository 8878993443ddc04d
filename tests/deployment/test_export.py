"""Exported graphs against the model that they came from."""
import json
import sys

import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.deployment import export
from projects.tc_clip.models.recognizers.onnx_recognizer import (OnnxRecognizer, onnx_config, tuples)
from tests.small import CONFIGS

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
pytest.importorskip('onnxscript')
if tuple(map(int, torch.__version__.split('.')[:2])) < (2, 5):
    pytest.skip('exporting needs torch 2.5', allow_module_level=True)

NAMES = ['żonglować', 'say "cheese"', "a dog's walk", 'two\nlines']
WORDINGS = ['someone can {}']
MODELS = dict(
    context_tokens=dict(),
    frame_wise=dict(
        backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
        cls_head=dict(prompt_layers=[], num_prompts=0)),
    joint_space_time=dict(
        backbone=dict(
            pos_embed='joint',
            local_global_bias=False,
            reference=dict(_delete_=True, type='JointSpaceTime')),
        cls_head=dict(prompt_layers=[])))


def small_model(changes):
    """Returns an inferencer with random weights: 4 frames of 16 patches."""
    config = Config.fromfile(CONFIGS / 'demo/tcclip_motion.py')
    config.merge_from_dict(
        dict(
            model=dict(
                backbone=dict(
                    num_frames=4,
                    arch=dict(
                        vision_cfg=dict(layers=2), text_cfg=dict(layers=1)),
                    reference=dict(num_tokens=8)))))
    config.merge_from_dict(dict(model=changes))
    for loader in (config.val_dataloader, config.test_dataloader):
        loader.dataset.pipeline[1].num_frames = 4
    torch.manual_seed(0)
    return TCCLIPInferencer(
        config, device='cpu', labels=NAMES, wordings=WORDINGS)


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    """Returns a function that exports a model, each only once."""
    folder, done = tmp_path_factory.mktemp('exported'), {}

    def get(name='context_tokens', suffix='.onnx', **options):
        key = f'{name}{sorted(options.items())}{suffix}'
        if key not in done:
            inferencer = small_model(MODELS[name])
            path = folder / f'{len(done)}{suffix}'
            export.write(
                export.trace(inferencer, **options), path,
                export.metadata(inferencer))
            done[key] = inferencer, path
        return done[key]

    return get


@pytest.mark.parametrize('name', [
    'context_tokens', *(pytest.param(name, marks=pytest.mark.slow)
                        for name in ('frame_wise', 'joint_space_time'))
])
def test_graph_of_any_batch_equals_the_model(exported, name):
    inferencer, path = exported(name, dynamic=True)
    run = export.read(path)
    for count in (1, 3):
        clips = export.random_pixels((3, 4, 32, 32), count)
        assert export.largest_difference(inferencer.model, run, clips) < 1e-4


@pytest.mark.slow
def test_graph_of_a_fixed_batch_takes_any_number_of_clips(exported):
    inferencer, path = exported(batch=2)
    run = export.read(path)
    for count in (1, 2, 3):
        clips = export.random_pixels((3, 4, 32, 32), count)
        assert run(clips).shape == (count, len(NAMES))
        assert export.largest_difference(inferencer.model, run, clips) < 1e-4


def test_torch_export_is_exact_and_drops_what_texts_were_made_with(exported):
    inferencer, path = exported(suffix='.pt2')
    clips = export.random_pixels((3, 4, 32, 32), 1)
    assert export.largest_difference(inferencer.model, export.read(path),
                                     clips) == 0
    texts = dict.fromkeys(export.METADATA, '')
    program = torch.export.load(path, extra_files=texts)
    assert json.loads(texts['class_names']) == NAMES
    assert texts == export.metadata(inferencer)
    encoder = inferencer.model.cls_head.text_encoder
    shapes = {weight.shape for weight in program.state_dict.values()}
    assert encoder.token_embedding.weight.shape not in shapes


def test_exporting_leaves_the_model_as_it_was(exported):
    inferencer, _ = exported(suffix='.pt2')
    inferencer.set_labels(NAMES[::-1])
    backwards = export.predict(inferencer.model,
                               export.random_pixels((3, 4, 32, 32), 1))
    inferencer.set_labels(NAMES)
    forwards = export.predict(inferencer.model,
                              export.random_pixels((3, 4, 32, 32), 1))
    torch.testing.assert_close(backwards.flip(1), forwards)


@pytest.mark.parametrize('test_views', [False, True])
def test_a_video_gets_the_same_ranking(exported, own_video, test_views):
    inferencer, path = exported(dynamic=True)
    eager = TCCLIPInferencer(
        inferencer.cfg,
        device='cpu',
        labels=NAMES,
        wordings=WORDINGS,
        test_views=test_views)
    eager.model.load_state_dict(inferencer.model.state_dict())
    graph = TCCLIPInferencer(str(path), device='cpu', test_views=test_views)
    expected, got = (i.predict([own_video])[0] for i in (eager, graph))
    assert [g.label
            for g in got.guesses] == [g.label for g in expected.guesses]
    assert [g.probability for g in got.guesses
            ] == pytest.approx([g.probability for g in expected.guesses],
                               abs=1e-4)


def test_file_tells_classes_and_transforms(exported):
    inferencer, path = exported(dynamic=True)
    config = onnx_config(path)
    assert config.model == dict(type='OnnxRecognizer', file=str(path))
    assert OnnxRecognizer(config.model.file).class_names == NAMES
    assert [dict(s) for s in config.val_dataloader.dataset.pipeline
            ] == [dict(s) for s in inferencer.pipeline_config]
    assert len(config.test_dataloader.dataset.pipeline) == len(
        inferencer.cfg.test_dataloader.dataset.pipeline)
    texts = {p.key: p.value for p in onnx.load(path).metadata_props}
    assert json.loads(texts['mean']) == pytest.approx(
        [123.675, 116.28, 103.53])
    assert json.loads(texts['versions'])['torch'] == torch.__version__


def test_scores_are_laid_out_as_in_a_test(exported):
    inferencer, path = exported(dynamic=True)
    recognizer = OnnxRecognizer(str(path))
    assert not list(recognizer.parameters())
    clips = export.random_pixels((3, 4, 32, 32), 6).byte().unflatten(0, (2, 3))
    eager, graph = (
        model.test_step(
            dict(
                inputs=list(clips),
                data_samples=[ActionDataSample(),
                              ActionDataSample()]))
        for model in (inferencer.model, recognizer))
    for expected, got in zip(eager, graph):
        assert got.pred_score.shape == (3, 4)
        torch.testing.assert_close(
            got.pred_score, expected.pred_score, atol=1e-4, rtol=0)
        assert got.pred_label.tolist() == expected.pred_label.tolist()


def test_tuples_keep_lists_of_steps():
    step = dict(type='A', scale=[-1, 256], steps=[dict(crop=[2, [3]])])
    assert tuples(step) == dict(
        type='A', scale=(-1, 256), steps=[dict(crop=(2, (3, )))])


@pytest.mark.parametrize('change, message', [
    (dict(to_rgb=True), 'to_rgb=False'),
    (dict(mean=None, std=None), 'mean and std'),
])
def test_refuses_what_the_graph_would_leave_out(change, message):
    inferencer = small_model(dict(data_preprocessor=change))
    with pytest.raises(ValueError, match=message):
        export.trace(inferencer)


def test_names_the_way_out_where_onnx_lacks_a_part(tmp_path, monkeypatch):

    def fail(*args, **kwargs):
        raise torch.onnx.OnnxExporterError('no function for this operator')

    monkeypatch.setattr(torch.onnx, 'export', fail)
    with pytest.raises(ValueError, match='write a .pt2 file'):
        export.write(None, tmp_path / 'model.onnx', {})


def test_refuses_pipelines_that_json_cannot_hold():
    inferencer = small_model(dict())
    inferencer.pipeline_config[0]['type'] = export.FixedClasses
    with pytest.raises(ValueError, match='name transforms by strings'):
        export.metadata(inferencer)


def test_refuses_clips_of_another_size_and_other_modes(exported):
    _, path = exported(dynamic=True)
    recognizer = OnnxRecognizer(str(path))
    clips = torch.zeros(1, 1, 3, 8, 32, 32)
    with pytest.raises(ValueError, match=r'\(3, 8, 32, 32\).*\(3, 4, 32, 32'):
        recognizer(clips, [ActionDataSample()])
    with pytest.raises(ValueError, match="mode='loss'"):
        recognizer(clips, [ActionDataSample()], mode='loss')


def test_labels_of_a_file_are_fixed(exported):
    _, path = exported(dynamic=True)
    with pytest.raises(ValueError, match='tools/export.py'):
        TCCLIPInferencer(str(path), labels=['run'])


def test_refuses_files_that_are_not_ours(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.onnx'):
        onnx_config(tmp_path / 'none.onnx')
    broken = tmp_path / 'broken.onnx'
    broken.write_bytes(b'no graph')
    with pytest.raises(ValueError, match='cannot open'):
        onnx_config(broken)
    value = onnx.helper.make_tensor_value_info('x', 1, [1])
    out = onnx.helper.make_tensor_value_info('y', 1, [1])
    node = onnx.helper.make_node('Identity', ['x'], ['y'])
    graph = onnx.helper.make_graph([node], 'other', [value], [out])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid('', 18)], ir_version=10)
    onnx.save(model, tmp_path / 'other.onnx')
    with pytest.raises(ValueError, match='not written by tools/export.py'):
        onnx_config(tmp_path / 'other.onnx')


def test_names_missing_packages_and_providers(exported, monkeypatch):
    _, path = exported(dynamic=True)
    with pytest.raises(ValueError, match='no NoneExecutionProvider'):
        OnnxRecognizer(str(path), ['NoneExecutionProvider'])
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(ImportError, match='pip install onnxruntime'):
        onnx_config(path)
