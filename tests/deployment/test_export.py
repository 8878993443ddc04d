"""Exported graphs against the model that they came from."""
import json

import pytest
import torch

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.deployment import export
from tests.exported_models import (MODELS, NAMES, WORDINGS, needs_torch,
                                   small_model)
from tests.system_configs import system_config

pytestmark = needs_torch


@pytest.mark.parametrize('name', [
    'context_tokens', *(pytest.param(name, marks=pytest.mark.slow)
                        for name in ('frame_wise', 'joint_space_time'))
])
def test_graph_of_any_batch_equals_the_model(exported, name):
    inferencer, path = exported(name, dynamic=True)
    run = export.open_graph(path)
    for count in (1, 3):
        clips = export.random_pixels((3, 4, 32, 32), count)
        assert export.largest_difference(inferencer.model, run, clips) < 1e-4


@pytest.mark.slow
def test_graph_of_a_fixed_batch_takes_any_number_of_clips(exported):
    inferencer, path = exported(batch=2)
    run = export.open_graph(path)
    for count in (1, 2, 3):
        clips = export.random_pixels((3, 4, 32, 32), count)
        assert run(clips).shape == (count, len(NAMES))
        assert export.largest_difference(inferencer.model, run, clips) < 1e-4


def test_torch_export_is_exact_and_drops_what_texts_were_made_with(exported):
    inferencer, path = exported(suffix='.pt2')
    clips = export.random_pixels((3, 4, 32, 32), 1)
    assert export.largest_difference(inferencer.model, export.open_graph(path),
                                     clips) == 0
    texts = dict.fromkeys(export.METADATA, '')
    program = torch.export.load(path, extra_files=texts)
    assert json.loads(texts['class_names']) == NAMES
    assert texts == export.metadata_of(inferencer)
    encoder = inferencer.model.cls_head.text_encoder
    shapes = {weight.shape for weight in program.state_dict.values()}
    assert encoder.token_embedding.weight.shape not in shapes


def test_texts_that_no_block_conditions_are_stored_whole():
    head = small_model(MODELS['frame_wise']).model.cls_head
    with torch.no_grad():
        wanted = head(torch.ones(1, head.embed_dim))
        export.fold_text(head)
        torch.testing.assert_close(
            head(torch.ones(1, head.embed_dim)), wanted, rtol=0, atol=0)
    assert [*head.state_dict()] == ['logit_scale']


def test_fusion_and_neck_stay_in_the_graph():
    inferencer = TCCLIPInferencer(system_config('X-CLIP'), device='cpu')
    graph = export.FixedClasses(inferencer.model)
    whole = inferencer.model.state_dict()
    kept = [key for key in whole if not key.startswith('cls_head.')]
    kept += [key for key in whole if key.startswith('cls_head.fusion.')]
    assert {*graph.state_dict()
            } == {*kept, 'cls_head.logit_scale', 'pixel_mean', 'pixel_std'}
    clips = export.random_pixels((3, 8, 32, 32), 2)
    with torch.no_grad():
        torch.testing.assert_close(
            graph(clips), export.score_views(inferencer.model, clips))


def test_pipelines_without_a_number_of_frames_are_refused():
    inferencer = small_model({})
    assert export.view_size(inferencer) == (3, 4, 32, 32)
    inferencer.pipeline_config = inferencer.pipeline_config[2:]
    with pytest.raises(ValueError, match='sample them with SampleFrames or'):
        export.view_size(inferencer)


def test_exporting_leaves_the_model_as_it_was(exported):
    inferencer, _ = exported(suffix='.pt2')
    inferencer.set_classes(NAMES[::-1])
    backwards = export.score_views(inferencer.model,
                                   export.random_pixels((3, 4, 32, 32), 1))
    inferencer.set_classes(NAMES)
    forwards = export.score_views(inferencer.model,
                                  export.random_pixels((3, 4, 32, 32), 1))
    torch.testing.assert_close(backwards.flip(1), forwards)


@pytest.mark.parametrize('test_views', [False, True])
def test_a_video_gets_the_same_ranking(exported, own_video, test_views):
    inferencer, path = exported(dynamic=True)
    eager = TCCLIPInferencer(
        inferencer.cfg,
        device='cpu',
        class_names=NAMES,
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
        export.write_graph(None, tmp_path / 'model.onnx', {})


def test_refuses_pipelines_that_json_cannot_hold():
    inferencer = small_model(dict())
    inferencer.pipeline_config[0]['type'] = export.FixedClasses
    with pytest.raises(ValueError, match='name transforms by strings'):
        export.metadata_of(inferencer)
