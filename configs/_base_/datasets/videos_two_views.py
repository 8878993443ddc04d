# The same videos, tested with 2 clips x 1 crop.
_base_ = 'videos.py'
test_pipeline = [
    dict(type='SafeDecordInit', on_error='blank'),
    dict(
        type='SampleFrames',
        _scope_='projects.tc_clip',
        clip_len=16,
        num_clips=2,
        test_mode=True),
    dict(type='SafeDecordDecode', on_error='blank'),
    dict(type='Resize', scale=(-1, 256)),
    dict(type='CenterCrop', crop_size=224),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(
        type='PackActionInputs',
        meta_keys=('filename', 'img_shape', 'frame_times', 'broken'))
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
