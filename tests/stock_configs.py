"""MMAction2's recognition configs, small, with our backbone or head in them.

One config of each family that MMAction2 1.2 ships. The models are small and
have random weights. The pipelines are the config's own: only the views of a
test are reduced, and steps that need other packages are left out.
"""
from pathlib import Path

import numpy as np
from mmengine.config import Config
from mmengine.fileio import load
from mmengine.runner import Runner

from projects.tc_clip.files import write_mp4

LAYERS = dict(depth=18, pretrained=None)
LAYERS3D = dict(LAYERS, base_channels=8, pretrained2d=False)
# CLIP with 7 x 7 patches of 224 x 224 pixels
CLIP = dict(
    embed_dim=512,
    vision_cfg=dict(
        image_size=224, layers=2, width=32, head_width=16, patch_size=32),
    text_cfg=dict(width=16, heads=2, layers=2))
TPN = dict(
    in_channels=(128, 256),
    out_channels=32,
    spatial_modulation_cfg=dict(in_channels=(128, 256), out_channels=256),
    downsample_cfg=dict(downsample_scale=(1, 1, 1)),
    level_fusion_cfg=dict(
        in_channels=(32, 32), mid_channels=(32, 32), out_channels=64))

# family: path of a config, options that make its backbone small, and of neck
FAMILIES = {
    'TSN': ('tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb',
            LAYERS),
    'TSM': ('tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb',
            dict(LAYERS, pretrained2d=False)),
    'TRN':
    ('trn/trn_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv2-rgb', LAYERS),
    'TIN': ('tin/tin_kinetics400-pretrained-tsm-r50_1x1x8-50e_kinetics400-rgb',
            LAYERS),
    'TANet': ('tanet/tanet_imagenet-pretrained-r50_8xb8-dense-1x1x8-100e_'
              'kinetics400-rgb', dict(pretrained=None)),
    'C2D': ('c2d/c2d_r50-in1k-pre_8xb32-8x8x1-100e_kinetics400-rgb', LAYERS),
    'C3D': ('c3d/c3d_sports1m-pretrained_8xb30-16x1x1-45e_ucf101-rgb',
            dict(pretrained=None)),
    'I3D': ('i3d/i3d_imagenet-pretrained-r50_8xb8-32x2x1-100e_kinetics400-rgb',
            dict(LAYERS3D, inflate=(1, 0, 1, 0))),
    'R(2+1)D':
    ('r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb', LAYERS3D),
    'CSN': ('csn/ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_'
            'kinetics400-rgb', dict(base_channels=8, pretrained=None)),
    'SlowOnly':
    ('slowonly/slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb', LAYERS3D),
    'SlowFast': ('slowfast/slowfast_r50_8xb8-8x8x1-256e_kinetics400-rgb',
                 dict(
                     slow_pathway=dict(depth=18, base_channels=16),
                     fast_pathway=dict(depth=18, base_channels=2))),
    'TPN': ('tpn/tpn-slowonly_imagenet-pretrained-r50_8xb8-8x8x1-150e_'
            'kinetics400-rgb',
            dict(base_channels=8, pretrained=None, pretrained2d=False)),
    'X3D': ('x3d/x3d_s_13x6x1_facebook-kinetics400-rgb',
            dict(gamma_b=1, gamma_d=0.5)),
    'TimeSformer':
    ('timesformer/timesformer_divST_8xb8-8x32x1-15e_kinetics400-rgb',
     dict(
         embed_dims=24,
         num_heads=2,
         num_transformer_layers=1,
         patch_size=32,
         pretrained=None)),
    'MViT':
    ('mvit/mvit-small-p244_32xb16-16x4x1-200e_kinetics400-rgb',
     dict(
         arch=dict(
             embed_dims=16, num_layers=2, num_heads=1, downscale_indices=[1]))
     ),
    'Swin':
    ('swin/swin-tiny-p244-w877_in1k-pre_8xb8-amp-32x2x1-30e_kinetics400-rgb',
     dict(
         arch=dict(embed_dims=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
         pretrained=None,
         pretrained2d=False)),
    'UniFormer':
    ('uniformer/uniformer-small_imagenet1k-pre_16x4x1_kinetics400-rgb',
     dict(depth=[1, 1, 1, 1], embed_dim=[8, 8, 16, 16], head_dim=8)),
    'UniFormerV2':
    ('uniformerv2/uniformerv2-base-p16-res224_clip_8xb32-u8_kinetics400-rgb',
     dict(
         patch_size=32,
         width=24,
         layers=2,
         heads=2,
         n_layers=1,
         n_dim=24,
         n_head=2,
         return_list=[1],
         clip_pretrained=False,
         pretrained=None)),
    'VideoMAE': ('videomae/vit-base-p16_videomae-k400-pre_16x4x1_kinetics-400',
                 dict(embed_dims=24, depth=1, num_heads=2, patch_size=32)),
    'VideoMAEv2': ('videomaev2/vit-small-p16_videomaev2-vit-g-dist-k710-pre_'
                   '16x4x1_kinetics-400',
                   dict(embed_dims=24, depth=1, num_heads=2, patch_size=32)),
}
# What the author of a config writes beside README's lines.
PLAIN_OPTIMIZER = """
optim_wrapper = dict(
    constructor='DefaultOptimWrapperConstructor', paramwise_cfg=None)
"""
WHOLE_CLIPS = """
from projects.tc_clip.datasets.whole_clips import use_whole_clips
use_whole_clips(_base_, num_frames=8)
"""
# MMEngine 0.10 passes the scope of mmaction:: to the function.
COLLATE = """
train_dataloader = dict(
    collate_fn=dict(_delete_=True, type='repeat_pseudo_collate'))
"""
IMAGE_MODELS = 'TSN', 'TSM', 'TRN', 'TIN', 'TANet'
EXTRA = {
    ('tower', 'TPN'): 'model.update(neck=None)\n',
    ('tower', 'MViT'): COLLATE,
    ('head', 'MViT'): COLLATE,
    **{
        ('tower', name): WHOLE_CLIPS
        for name in IMAGE_MODELS
    },
    **{
        ('head', name): PLAIN_OPTIMIZER
        for name in IMAGE_MODELS[1:]
    },
}
README = dict(
    tower="""
custom_imports = dict(imports=['projects.tc_clip'])
model = dict(
    backbone=dict(_delete_=True, type='TCCLIPViT', arch='ViT-B-16-quickgelu',
                  pretrained='openai'),
    cls_head=dict(in_channels=512))
""",
    head="""
custom_imports = dict(imports=['projects.tc_clip'])
model = dict(cls_head=dict(
    _delete_=True, type='TCCLIPHead', class_names='names.txt',
    arch='ViT-B-16-quickgelu', pretrained='openai'))
""")
# A recipe for the configs that have none.
RECIPE = dict(
    train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=1),
    val_cfg=dict(type='ValLoop'),
    optim_wrapper=dict(optimizer=dict(type='SGD', lr=1e-3)),
    val_evaluator=dict(type='AccMetric'))
LEFT_OUT = 'ColorJitter', 'PytorchVideoWrapper'

# What the table of docs/mixing.md calls these lines.
NAMES_OF_LINES = {
    '': "README's",
    PLAIN_OPTIMIZER: 'and one optimizer group (b)',
    WHOLE_CLIPS: 'and `use_whole_clips` (a)',
    COLLATE: 'and `collate_fn` (c)',
    'model.update(neck=None)\n': 'and `model.update(neck=None)`'
}


def table():
    """Returns the table of docs/mixing.md."""
    lines = [
        '| config of MMAction2 | lines for TC-CLIP\'s backbone | lines for '
        'TC-CLIP\'s head |', '| --- | --- | --- |'
    ]
    for family, (path, _) in FAMILIES.items():
        cells = [
            NAMES_OF_LINES[EXTRA.get((direction, family), '')]
            for direction in README
        ]
        lines.append(f'| {family}: `{path}.py` | {cells[0]} | {cells[1]} |')
    return '\n'.join(lines)


def write_videos(folder):
    """Encodes two videos with noise, and writes their list."""
    frames = np.random.default_rng(0).integers(
        256, size=(2, 40, 48, 64, 3), dtype=np.uint8)
    for i, video in enumerate(frames):
        write_mp4(folder / f'{i}.mp4', video, 8)
    (folder / 'list.txt').write_text('0.mp4 0\n1.mp4 1\n')


def mixed_text(direction, family):
    """Returns the config that a user writes to mix a part in."""
    extra = EXTRA.get((direction, family), '')
    base = f"_base_ = 'mmaction::recognition/{FAMILIES[family][0]}.py'\n"
    lines = README[direction]
    if 'import ' in extra:
        return base + extra + lines
    return base + lines + extra


def small_mixed(direction, family, folder):
    """Loads the config of a mixture and makes all of it small.

    Args:
        direction: ``'tower'`` for our backbone under a stock head, ``'head'``
            for a stock backbone under our head.
        family: key in ``FAMILIES``.
        folder: of :func:`write_videos`; outputs are written there too.
    """
    name = f'{direction}_{family}'
    path = Path(folder, f'{name}.py')
    path.write_text(mixed_text(direction, family))
    config = Config.fromfile(path)
    if direction == 'tower':
        config.model.backbone.update(arch=CLIP, pretrained=None)
    else:
        config.model.backbone.update(FAMILIES[family][1])
        config.model.cls_head.update(
            class_names=[f'action {i}' for i in range(400)],
            arch=CLIP,
            pretrained=None)
        if config.model.get('neck'):
            config.model.neck.update(TPN)
    for key, value in RECIPE.items():
        config.setdefault(key, value)
    config.optim_wrapper.type = 'OptimWrapper'  # mixed precision needs a GPU
    config.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
    config.param_scheduler = config.visualizer = config.load_from = None
    config.work_dir, config.log_level = str(Path(folder, name)), 'WARNING'
    scores = f'{config.work_dir}/scores.pkl'
    config.test_evaluator = [
        dict(type='AccMetric'),
        dict(type='DumpResults', out_file_path=scores)
    ]
    _shrink_loaders(config, folder)
    return config


def _shrink_loaders(config, folder):
    """Gives each loader the two videos and a reduced pipeline."""
    for loop in ('train', 'val', 'test'):
        loader = config.get(f'{loop}_dataloader') or config.test_dataloader
        views = 1 if loop == 'train' else 2
        dataset = dict(
            loader.dataset,
            ann_file=str(folder / 'list.txt'),
            delimiter=' ',
            data_prefix=dict(video=str(folder)),
            pipeline=reduced(loader.dataset.pipeline, views))
        dataset.pop('data_root', None)
        # max_testing_views needs batches of one video
        small = dict(
            batch_size=2 if loop == 'train' else 1,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=dataset)
        if 'collate_fn' in loader:
            small['collate_fn'] = loader.collate_fn
        config[f'{loop}_dataloader'] = small


def reduced(pipeline, views):
    """Returns a pipeline that takes fewer views of a video."""
    steps = [dict(step) for step in pipeline if step['type'] not in LEFT_OUT]
    for step in steps:
        if step['type'] in ('ThreeCrop', 'TenCrop'):
            step['type'] = 'CenterCrop'
        if step.get('clip_len', 1) > 1:
            step['num_clips'] = min(step.get('num_clips', 1), views)
        if 'num_sample_positions' in step:
            step['num_sample_positions'] = views
    return steps


def train_and_test(config):
    """Trains an epoch with validation, and tests.

    Returns:
        The loss, the metrics of the test, and the scores of each video.
    """
    runner = Runner.from_cfg(config)
    runner.train()
    loss = runner.message_hub.get_scalar('train/loss').current()
    metrics = runner.test()
    samples = load(f'{config.work_dir}/scores.pkl')
    return loss, metrics, [sample['pred_score'] for sample in samples]
