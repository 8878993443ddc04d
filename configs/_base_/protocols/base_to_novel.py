# Base-to-novel: trained on half of the classes, tested on both halves.
# LIST_SEED (1, 2 or 3) chooses the list of 16 videos of each class.
_base_ = [
    '../datasets/videos_two_views.py', '../schedules/adamw_cosine.py',
    '../default_runtime.py'
]
val_pipeline = _base_.test_pipeline
train_dataloader = dict(
    dataset=dict(ann_file='base_to_novel/train_seed{{$LIST_SEED:1}}.txt'))
val_dataloader = dict(
    dataset=dict(ann_file='base_to_novel/val_base.txt', pipeline=val_pipeline))
test_dataloader = val_dataloader

train_cfg = dict(max_epochs=12)
optim_wrapper = dict(optimizer=dict(lr=3.33e-6))
param_scheduler = dict(warmup=2)
custom_hooks = [dict(type='TotalBatchSizeHook', total=64)]
# For a config without this hook.
auto_scale_lr = dict(enable=False, base_batch_size=64)
test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='base_to_novel',
    data_root='{{$MMACTION_DATA:data}}',
    label_file='{{ fileDirname }}/../../labels/{labels}_{split}.csv',
    test_sets=[
        dict(split='base', ann_file='base_to_novel/val_base.txt'),
        dict(split='novel', ann_file='base_to_novel/val_novel.txt')
    ],
    facts=dict(list_seed=int('{{$LIST_SEED:1}}')))
