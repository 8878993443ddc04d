# TC-CLIP on Charades, whose videos have several labels each.
# A line of a list is `video.mp4 label label ...`; classes.txt has a name of a
# class in each line. The loss is the cross entropy with all labels.
_base_ = [
    '../_base_/models/tc_clip.py', '../_base_/datasets/videos_two_views.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/default_runtime.py'
]
data_root = '{{$MMACTION_DATA:data}}/charades'
videos = dict(data_root=data_root, multi_class=True, num_classes=157)

model = dict(
    cls_head=dict(
        class_names=f'{data_root}/classes.txt',
        multi_class=True,
        average_clips='score'),
    # MMAction2 blends videos of one label only.
    data_preprocessor=dict(blending=None))
train_dataloader = dict(dataset=dict(videos, ann_file='train.txt'))
val_pipeline = _base_.test_pipeline
val_dataloader = dict(
    dataset=dict(videos, ann_file='val.txt', pipeline=val_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(
    type='AccMetric', metric_list=('mean_average_precision', ))
test_evaluator = val_evaluator

train_cfg = dict(max_epochs=30)
test_cfg = dict(type='TestLoop')
optim_wrapper = dict(optimizer=dict(lr=2.2e-5))
param_scheduler = dict(warmup=5)
custom_hooks = [dict(type='TotalBatchSizeHook', total=64)]
