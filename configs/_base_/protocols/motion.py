# Four motions, learned by small models from random weights on a CPU.
# Single frames do not show the class.
# tools/make_demo_data.py makes the videos.
_base_ = ['../datasets/videos.py', '../default_runtime.py']
from projects.tc_clip.datasets.pipelines import with_clips

data_root = 'data/motion'
# For `model`: a small CLIP with random weights.
small_model = dict(
    backbone=dict(
        arch=dict(
            _delete_=True,
            embed_dim=64,
            vision_cfg=dict(
                image_size=32, layers=3, width=64, head_width=32,
                patch_size=8),
            text_cfg=dict(width=64, heads=2, layers=2)),
        pretrained=None,
        num_frames=8),
    cls_head=dict(class_names=f'{data_root}/classes.txt', label_smooth_eps=0.),
    data_preprocessor=dict(blending=None))

_base_.update(with_clips(_base_, num_frames=8, size=32, short_side=32))
# Colour and size tell the classes apart, so videos are only flipped.
train_pipeline = [
    dict(type='SafeDecordInit', on_error='redraw'),
    dict(type='SampleFrames', _scope_='projects.tc_clip', clip_len=8),
    dict(type='SafeDecordDecode', on_error='redraw'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='Flip', flip_ratio=0.5, direction='vertical'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs')
]
train_dataloader = dict(
    num_workers=1,
    dataset=dict(
        data_root=data_root, ann_file='train.txt', pipeline=train_pipeline))
val_dataloader = dict(
    num_workers=1, dataset=dict(data_root=data_root, ann_file='val.txt'))
test_dataloader = val_dataloader

train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
# From random weights, texts that learn as fast as the vision tower collapse
# before the tower can tell videos apart.
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-3, betas=(0.9, 0.98)),
    paramwise_cfg=dict(custom_keys=dict(cls_head=dict(lr_mult=0.1))))
param_scheduler = dict(
    type='TimmCosineLR', warmup=1, convert_to_iter_based=True)
auto_scale_lr = dict(enable=False, base_batch_size=16)
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
