# A5 (Efficient-Prompt): CLIP is frozen; prompt vectors around the class name
# and a transformer over frames are trained.
_base_ = 'vifi_clip.py'
model = dict(
    neck=dict(
        type='TemporalTransformer',
        num_layers=1,
        outer_residual=False,
        init='a5'),
    cls_head=dict(
        _base_.bare_names,
        prompts=dict(type='AroundPrompt', prefix=16, postfix=16),
        contrast=dict(type='SampledClasses', num_classes=400),
        train_scale=1 / 0.07,
        test_scale=1 / 0.07,
        label_smooth_eps=0.),
    data_preprocessor=dict(_base_.clip_pixels, blending=None),
    trainable=['neck', 'cls_head.prompt_vectors'])

# The official code trains on stored features of whole frames.
clips = dict(train_steps=[
    dict(type='Resize', scale=(-1, 224)),
    dict(type='CenterCrop', crop_size=224)
])
recipe = dict(
    optim_wrapper=dict(
        optimizer=dict(lr=1e-4, betas=(0.9, 0.999), weight_decay=0.01),
        constructor='ParameterGroups',
        paramwise_cfg=dict(
            custom_keys={'cls_head.prompt_vectors': dict(lr_mult=1)})),
    # A period of the official cosine is 200,000 steps, longer than a training.
    param_scheduler=dict(warmup=0, min_ratio=1.),
    test_cfg=dict(method='A5'))
