# Videos with one label each: the pipelines that all recipes share. A data set
# adds its `data_root` and, in it, the lists.
num_frames = 16
crop = 224

# Results of a test name their videos.
pack_with_name = dict(
    type='PackActionInputs', meta_keys=('filename', 'img_shape'))
train_pipeline = [
    dict(type='SafeDecordInit', on_error='redraw'),
    dict(type='SegmentSample', num_frames=num_frames),
    dict(type='SafeDecordDecode', on_error='redraw'),
    dict(type='Resize', scale=(-1, 256)),
    dict(
        type='MultiScaleCrop',
        input_size=crop,
        scales=(1, 0.875, 0.75, 0.66),
        max_wh_scale_gap=1,
        num_fixed_crops=5),
    dict(type='Resize', scale=(crop, crop), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='ClipColorJitter', prob=0.8),
    dict(type='ClipGrayscale', prob=0.2),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs')
]
# Left and right are part of some classes of Something-Something.
no_flip_pipeline = [step for step in train_pipeline if step['type'] != 'Flip']
val_pipeline = [
    dict(type='SafeDecordInit'),
    dict(type='SegmentSample', num_frames=num_frames, test_mode=True),
    dict(type='SafeDecordDecode'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=crop),
    dict(type='FormatShape', input_format='NCTHW'), pack_with_name
]
two_views = dict(
    type='SegmentSample', num_frames=num_frames, num_views=2, test_mode=True)
two_view_pipeline = [
    two_views if step['type'] == 'SegmentSample' else step
    for step in val_pipeline
]
# 4 clips x 3 crops
test_pipeline = [
    dict(type='SafeDecordInit'),
    dict(
        type='SegmentSample',
        num_frames=num_frames,
        num_views=4,
        test_mode=True),
    dict(type='SafeDecordDecode'),
    dict(type='Resize', scale=(-1, crop)),
    dict(type='ThreeCrop', crop_size=crop),
    dict(type='FormatShape', input_format='NCTHW'), pack_with_name
]

train_dataloader = dict(
    batch_size=16,
    num_workers=8,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VideoDataset',
        data_prefix=dict(video=''),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=16,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
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
        data_prefix=dict(video=''),
        pipeline=test_pipeline,
        test_mode=True))

val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
