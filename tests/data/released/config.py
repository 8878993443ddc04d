crop = 32
custom_imports = dict(
    allow_failed_imports=False, imports=[
        'projects.tc_clip',
    ])
data_root = 'data/motion'
default_hooks = dict(
    checkpoint=dict(
        _scope_='mmaction',
        interval=1,
        max_keep_ckpts=1,
        save_best='auto',
        type='CheckpointHook'),
    class_names=dict(type='ClassNamesHook'),
    epoch_seed=dict(type='EpochSeedHook'),
    logger=dict(
        _scope_='mmaction', ignore_last=False, interval=20, type='LoggerHook'),
    param_scheduler=dict(_scope_='mmaction', type='ParamSchedulerHook'),
    runtime_info=dict(_scope_='mmaction', type='RuntimeInfoHook'),
    sampler_seed=dict(_scope_='mmaction', type='DistSamplerSeedHook'),
    sync_buffers=dict(_scope_='mmaction', type='SyncBuffersHook'),
    timer=dict(_scope_='mmaction', type='IterTimerHook'),
    visualization=dict(type='RunPageHook'))
default_scope = 'mmaction'
env_cfg = dict(
    cudnn_benchmark=False,
    dist_cfg=dict(backend='nccl'),
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
load_from = None
log_level = 'INFO'
log_processor = dict(
    _scope_='mmaction', by_epoch=True, type='LogProcessor', window_size=20)
model = dict(
    backbone=dict(
        arch=dict(
            embed_dim=16,
            text_cfg=dict(heads=2, layers=2, width=8),
            vision_cfg=dict(
                head_width=8, image_size=32, layers=3, patch_size=8,
                width=16)),
        num_frames=8,
        pretrained=None,
        reference=dict(
            merge_step=4,
            num_tokens=8,
            seed_ratio=0.5,
            selection=dict(per_head=True, type='KeyNormSelection'),
            type='ContextTokens',
            weights=dict(sharpen=True, type='PatchSaliencySelection')),
        type='TCCLIPViT'),
    cls_head=dict(
        average_clips='prob',
        class_names=[
            'run',
            'jump',
            'sit',
            'swim',
        ],
        label_smooth_eps=0.0,
        num_prompts=4,
        prompt_init='a photo of a',
        prompt_layers=[
            -1,
        ],
        type='TCCLIPHead',
        wordings=[
            '{} outdoors',
        ]),
    data_preprocessor=dict(
        blending=None,
        format_shape='NCTHW',
        mean=[
            123.675,
            116.28,
            103.53,
        ],
        std=[
            58.395,
            57.12,
            57.375,
        ],
        type='ActionDataPreprocessor'),
    type='TCCLIPRecognizer')
model_wrapper_cfg = dict(
    broadcast_buffers=False, device_ids=None, type='MMDistributedDataParallel')
no_flip_pipeline = [
    dict(on_error='redraw', type='SafeDecordInit'),
    dict(num_frames=16, type='SegmentSample'),
    dict(on_error='redraw', type='SafeDecordDecode'),
    dict(scale=(
        -1,
        256,
    ), type='Resize'),
    dict(
        input_size=224,
        max_wh_scale_gap=1,
        num_fixed_crops=5,
        scales=(
            1,
            0.875,
            0.75,
            0.66,
        ),
        type='MultiScaleCrop'),
    dict(keep_ratio=False, scale=(
        224,
        224,
    ), type='Resize'),
    dict(prob=0.8, type='ClipColorJitter'),
    dict(prob=0.2, type='ClipGrayscale'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(type='PackActionInputs'),
]
num_frames = 8
optim_wrapper = dict(
    optimizer=dict(betas=(
        0.9,
        0.98,
    ), lr=0.001, type='AdamW'),
    paramwise_cfg=dict(custom_keys=dict(cls_head=dict(lr_mult=0.1))))
pack_with_name = dict(
    meta_keys=(
        'filename',
        'img_shape',
    ), type='PackActionInputs')
param_scheduler = dict(
    convert_to_iter_based=True, type='TimmCosineLR', warmup=1)
resume = False
test_cfg = dict(type='TestLoop')
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file='val.txt',
        data_prefix=dict(video=''),
        data_root='data/motion',
        pipeline=[
            dict(type='SafeDecordInit'),
            dict(
                num_frames=8,
                num_views=4,
                test_mode=True,
                type='SegmentSample'),
            dict(type='SafeDecordDecode'),
            dict(keep_ratio=False, scale=(
                32,
                32,
            ), type='Resize'),
            dict(crop_size=32, type='ThreeCrop'),
            dict(input_format='NCTHW', type='FormatShape'),
            dict(
                meta_keys=(
                    'filename',
                    'img_shape',
                ), type='PackActionInputs'),
        ],
        test_mode=True,
        type='VideoDataset'),
    num_workers=1,
    persistent_workers=True,
    sampler=dict(shuffle=False, type='DefaultSampler'))
test_evaluator = dict(type='AccMetric')
test_pipeline = [
    dict(type='SafeDecordInit'),
    dict(num_frames=8, num_views=4, test_mode=True, type='SegmentSample'),
    dict(type='SafeDecordDecode'),
    dict(keep_ratio=False, scale=(
        32,
        32,
    ), type='Resize'),
    dict(crop_size=32, type='ThreeCrop'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(meta_keys=(
        'filename',
        'img_shape',
    ), type='PackActionInputs'),
]
train_cfg = dict(max_epochs=12, type='EpochBasedTrainLoop', val_interval=2)
train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        ann_file='train.txt',
        data_prefix=dict(video=''),
        data_root='data/motion',
        pipeline=[
            dict(on_error='redraw', type='SafeDecordInit'),
            dict(num_frames=8, type='SegmentSample'),
            dict(on_error='redraw', type='SafeDecordDecode'),
            dict(keep_ratio=False, scale=(
                32,
                32,
            ), type='Resize'),
            dict(flip_ratio=0.5, type='Flip'),
            dict(direction='vertical', flip_ratio=0.5, type='Flip'),
            dict(input_format='NCTHW', type='FormatShape'),
            dict(type='PackActionInputs'),
        ],
        type='VideoDataset'),
    drop_last=True,
    num_workers=1,
    sampler=dict(shuffle=True, type='DefaultSampler'))
train_pipeline = [
    dict(on_error='redraw', type='SafeDecordInit'),
    dict(num_frames=8, type='SegmentSample'),
    dict(on_error='redraw', type='SafeDecordDecode'),
    dict(keep_ratio=False, scale=(
        32,
        32,
    ), type='Resize'),
    dict(flip_ratio=0.5, type='Flip'),
    dict(direction='vertical', flip_ratio=0.5, type='Flip'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(type='PackActionInputs'),
]
two_view_pipeline = [
    dict(type='SafeDecordInit'),
    dict(num_frames=16, num_views=2, test_mode=True, type='SegmentSample'),
    dict(type='SafeDecordDecode'),
    dict(scale=(
        -1,
        256,
    ), type='Resize'),
    dict(crop_size=224, type='CenterCrop'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(meta_keys=(
        'filename',
        'img_shape',
    ), type='PackActionInputs'),
]
two_views = dict(
    num_frames=16, num_views=2, test_mode=True, type='SegmentSample')
val_cfg = dict(type='ValLoop')
val_dataloader = dict(
    batch_size=16,
    dataset=dict(
        ann_file='val.txt',
        data_prefix=dict(video=''),
        data_root='data/motion',
        pipeline=[
            dict(type='SafeDecordInit'),
            dict(num_frames=8, test_mode=True, type='SegmentSample'),
            dict(type='SafeDecordDecode'),
            dict(keep_ratio=False, scale=(
                32,
                32,
            ), type='Resize'),
            dict(input_format='NCTHW', type='FormatShape'),
            dict(
                meta_keys=(
                    'filename',
                    'img_shape',
                ), type='PackActionInputs'),
        ],
        test_mode=True,
        type='VideoDataset'),
    num_workers=1,
    persistent_workers=True,
    sampler=dict(shuffle=False, type='DefaultSampler'))
val_evaluator = dict(type='AccMetric')
val_pipeline = [
    dict(type='SafeDecordInit'),
    dict(num_frames=8, test_mode=True, type='SegmentSample'),
    dict(type='SafeDecordDecode'),
    dict(keep_ratio=False, scale=(
        32,
        32,
    ), type='Resize'),
    dict(input_format='NCTHW', type='FormatShape'),
    dict(meta_keys=(
        'filename',
        'img_shape',
    ), type='PackActionInputs'),
]
vifi_clip = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(num_prompts=0, prompt_layers=[]))
vis_backends = [
    dict(type='LocalVisBackend'),
    dict(type='TensorboardVisBackend'),
]
visualizer = dict(
    _scope_='mmaction',
    type='ActionVisualizer',
    vis_backends=[
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend'),
    ])
