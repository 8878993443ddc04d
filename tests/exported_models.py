"""Fixture: small models as files of tools/export.py, each written once.

tests/conftest.py imports it, so that all folders share the files.
"""
import copy

import pytest
import torch
from mmengine.config import Config

from projects.tc_clip.apis import TCCLIPInferencer
from projects.tc_clip.deployment import export
from tests.small import CONFIGS

needs_torch = pytest.mark.skipif(
    tuple(map(int,
              torch.__version__.split('.')[:2])) < (2, 5),
    reason='exporting needs torch 2.5')
# of tools/export.py, by the suffix of the file
NEEDED = {'.onnx': ('onnx', 'onnxruntime', 'onnxscript'), '.pt2': ()}
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
    # the merge removes `_delete_` from what it is given
    config.merge_from_dict(dict(model=copy.deepcopy(changes)))
    for loader in (config.val_dataloader, config.test_dataloader):
        loader.dataset.pipeline[1].clip_len = 4
    torch.manual_seed(0)
    return TCCLIPInferencer(
        config, device='cpu', class_names=NAMES, wordings=WORDINGS)


@pytest.fixture(scope='session')
def exported(tmp_path_factory):
    """Returns a function that exports a model, each only once."""
    folder, done = tmp_path_factory.mktemp('exported'), {}

    def get(name='context_tokens', suffix='.onnx', **options):
        key = f'{name}{sorted(options.items())}{suffix}'
        if key not in done:
            for package in NEEDED[suffix]:
                pytest.importorskip(package)
            inferencer = small_model(MODELS[name])
            path = folder / f'{len(done)}{suffix}'
            export.write_graph(
                export.trace(inferencer, **options), path,
                export.metadata_of(inferencer))
            done[key] = inferencer, path
        return done[key]

    return get
