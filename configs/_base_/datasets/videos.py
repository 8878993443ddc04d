# Videos with one label each; a recipe adds `data_root` and the lists in it.
# MMAction2's tools look for names such as SampleFrames and VideoDataset;
# `_scope_` selects this project's classes of these names.
train_pipeline = [
    dict(type='SafeDecordInit', on_error='redraw'),
    dict(type='SampleFrames', _scope_='projects.tc_clip', clip_len=16),
    dict(type='SafeDecordDecode', on_error='redraw'),
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
    dict(type='ClipGrayscale', prob=0.2),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs')
]
# 1 clip x 1 crop. Results contain `filename` and `frame_times` to name videos
# and frames, and `broken` where a black clip is scored for a broken file.
val_pipeline = [
    dict(type='SafeDecordInit', on_error='blank'),
    dict(
        type='SampleFrames',
        _scope_='projects.tc_clip',
        clip_len=16,
        test_mode=True),
    dict(type='SafeDecordDecode', on_error='blank'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(
        type='PackActionInputs',
        meta_keys=('filename', 'img_shape', 'frame_times', 'broken'))
]
# 4 clips x 3 crops
test_pipeline = [
    dict(type='SafeDecordInit', on_error='blank'),
    dict(
        type='SampleFrames',
        _scope_='projects.tc_clip',
        clip_len=16,
        num_clips=4,
        test_mode=True),
    dict(type='SafeDecordDecode', on_error='blank'),
    dict(type='Resize', scale=(-1, 224)),
    dict(type='ThreeCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(
        type='PackActionInputs',
        meta_keys=('filename', 'img_shape', 'frame_times', 'broken'))
]

train_dataloader = dict(
    batch_size=16,
    num_workers=8,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VideoDataset',
        _scope_='projects.tc_clip',
        data_prefix=dict(video=''),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=16,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        _scope_='projects.tc_clip',
        data_prefix=dict(video=''),
        pipeline=val_pipeline,
        test_mode=True))
test_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        _scope_='projects.tc_clip',
        data_prefix=dict(video=''),
        pipeline=test_pipeline,
        test_mode=True))

val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
