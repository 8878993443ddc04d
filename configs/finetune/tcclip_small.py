# A small TC-CLIP, trained from random weights on your own videos on a CPU.
_base_ = 'tcclip.py'
from projects.tc_clip.datasets.pipelines import with_clips

work_dir = 'work_dirs/finetune/tcclip_small'
model = dict(
    backbone=dict(
        arch=dict(
            _delete_=True,
            embed_dim=64,
            vision_cfg=dict(
                image_size=64,
                layers=3,
                width=128,
                head_width=32,
                patch_size=16),
            text_cfg=dict(width=64, heads=2, layers=2)),
        pretrained=None,
        num_frames=8,
        reference=dict(num_tokens=32, seed_ratio=0.5)),
    cls_head=dict(label_smooth_eps=0.),
    data_preprocessor=dict(blending=None))

_base_.update(with_clips(_base_, num_frames=8, size=64))
# A few videos teach a random model little if crops and colours vary as well.
train_pipeline = [
    step for step in _base_.train_pipeline
    if step['type'] not in ('MultiScaleCrop', 'ClipColorJitter',
                            'ClipGrayscale')
]
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
custom_hooks = [dict(type='TotalBatchSizeHook', total=8)]
custom_hooks += _base_.custom_hooks[1:]
# As in configs/demo: texts learn more slowly, or they collapse.
optim_wrapper = dict(
    optimizer=dict(lr=5e-4),
    paramwise_cfg=dict(
        custom_keys=dict(_delete_=True, cls_head=dict(lr_mult=0.1))))
auto_scale_lr = dict(base_batch_size=8)
