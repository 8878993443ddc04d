# Vita-CLIP: CLIP is frozen; prompts in both towers are trained.
# The official code leaves cls_proj of the injection frozen, at random values.
_base_ = 'vifi_clip.py'
vision_prompts = [
    'backbone.time_embedding', 'backbone.injection.global_prompts',
    r'backbone.injection.layers.\d+.(?:summary|local)', 'cls_head.logit_scale'
]
model = dict(
    backbone=dict(
        pos_embed='space+time',
        patch_bias=True,
        injection=dict(type='VitaTokens', num_global=8)),
    cls_head=dict(
        prompts=dict(type='PerClassPrompt', num_prompts=8, position='end'),
        label_smooth_eps=0.),
    data_preprocessor=dict(_base_.clip_pixels, blending=None),
    trainable=[*vision_prompts, 'cls_head.prompt_vectors'])
# For `cls_head`: bare class names.
no_prompts = dict(
    prompts=dict(
        _delete_=True, type='SharedPrompt', num_prompts=0, prompt_init=None))

# timm's rand-m7-n4-mstd0.5-inc1 by torchvision: four operations of strength 7.
# Videos are not flipped: the official code reads this option but does not use
# it.
clips = dict(
    frame_interval=16,
    train_steps=[
        dict(
            type='TorchVisionWrapper',
            op='RandAugment',
            num_ops=4,
            magnitude=7),
        dict(type='RandomResizedCrop'),
        dict(type='Resize', scale=(224, 224), keep_ratio=False)
    ])
recipe = dict(
    # 30,000 steps of 256 videos of Kinetics-400
    train_cfg=dict(max_epochs=31),
    optim_wrapper=dict(
        optimizer=dict(lr=4e-4, betas=(0.9, 0.999), weight_decay=0.05),
        constructor='ParameterGroups',
        paramwise_cfg=dict(
            custom_keys={'cls_head.prompt_vectors': dict(lr_mult=1)})),
    param_scheduler=dict(warmup=0, min_ratio=0.),
    test_cfg=dict(method='Vita-CLIP'))
