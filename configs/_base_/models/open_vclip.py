# Open-VCLIP: frames attend to the frames beside them; a video has the mean of
# its frames' logits. The text tower is frozen, weights of epochs are averaged.
_base_ = 'tc_clip.py'
model = dict(
    backbone=dict(
        reference=dict(_delete_=True, type='WindowExpansion', window=1),
        local_global_bias=False,
        out='frames'),
    cls_head=dict(
        _base_.bare_names,
        templates='open_vclip',
        similarity=dict(type='FrameLogits'),
        label_smooth_eps=0.,
        average_clips='score'),
    data_preprocessor=dict(_base_.clip_pixels, blending=None),
    trainable=['backbone', 'cls_head.logit_scale'])

# PySlowFast tests one crop at the smallest size of the training.
clips = dict(
    frame_interval=16,
    short_side=224,
    train_steps=[
        dict(type='RandomRescale', scale_range=(224, 256)),
        dict(type='RandomCrop', size=224),
        dict(type='Flip', flip_ratio=0.5)
    ])
average = dict(type='EpochAverageHook', begin_epoch=2)
recipe = dict(
    optim_wrapper=dict(
        optimizer=dict(lr=3.33e-6, betas=(0.9, 0.999), weight_decay=0.01),
        clip_grad=dict(max_norm=1.),
        constructor='ParameterGroups',
        paramwise_cfg=dict(flat_decay_mult=0.)),
    param_scheduler=dict(
        type='SlowFastCosineLR', warmup=2, start_ratio=0.01, min_ratio=0.01),
    default_hooks=dict(
        average=average,
        interpolation=dict(
            type='InterpolatedWeightsHook', max_share=0.6, loss_weight=0.5)),
    test_cfg=dict(method='Open-VCLIP'))
