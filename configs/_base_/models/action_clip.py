# ActionCLIP: a transformer over frames, 16 templates, all of CLIP is trained.
# Its loss compares the videos of a batch, over all processes, with the texts
# of their classes; accumulated batches are not compared with each other.
_base_ = 'vifi_clip.py'
model = dict(
    neck=dict(
        type='TemporalTransformer',
        num_positions=77,
        num_layers=6,
        exact_frames=False,
        ln_eps=1e-12,
        init='actionclip'),
    cls_head=dict(
        _base_.bare_names,
        templates='action_clip',
        aggregate=dict(type='MeanOfProbabilities'),
        contrast=dict(type='BatchTexts'),
        loss_cls=dict(type='MultiPositiveKL'),
        test_scale=100.,
        label_smooth_eps=0.),
    data_preprocessor=dict(_base_.clip_pixels, blending=None),
    trainable=['.*'])

clips = dict(train_steps=[
    dict(type='TorchVisionWrapper', op='RandAugment', num_ops=2, magnitude=9),
    dict(type='Resize', scale=(-1, 256)),
    dict(
        type='MultiScaleCrop',
        input_size=224,
        scales=(1, 0.875, 0.75, 0.66),
        max_wh_scale_gap=1,
        num_fixed_crops=5),
    dict(type='Resize', scale=(224, 224), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='ClipColorJitter', prob=0.8),
    dict(type='ClipGrayscale', prob=0.2)
])
recipe = dict(
    train_cfg=dict(max_epochs=50),
    optim_wrapper=dict(
        optimizer=dict(lr=5e-6, weight_decay=0.2),
        constructor='ParameterGroups',
        paramwise_cfg=dict(custom_keys=dict(neck=dict(lr_mult=10)))),
    # The official code warms up in steps of 10 batches.
    param_scheduler=dict(warmup=5, min_ratio=0.),
    test_cfg=dict(method='ActionCLIP'))
