# Zero-shot: trained on Kinetics-400, tested on three splits of three others.
# The tests use the trained weights, and a mixture with 30 % of CLIP's weights.
_base_ = [
    '../datasets/videos_two_views.py', '../datasets/k400.py',
    '../datasets/hmdb51.py', '../datasets/ucf101.py', '../datasets/k600.py',
    '../schedules/adamw_cosine.py', '../default_runtime.py'
]
train_dataloader = dict(
    dataset=dict(data_root=_base_.k400.data_root, ann_file='train.txt'))
val_dataloader = dict(
    dataset=dict(data_root=_base_.k400.data_root, ann_file='val.txt'))
test_dataloader = val_dataloader
class_texts = dict(
    _base_.k400.class_texts,
    split_camel_case=_base_.ucf101.class_texts.split_camel_case)

train_cfg = dict(max_epochs=10)
optim_wrapper = dict(optimizer=dict(lr=8e-6))
param_scheduler = dict(warmup=5)
custom_hooks = [dict(type='TotalBatchSizeHook', total=256)]
# For a config without this hook.
auto_scale_lr = dict(enable=False, base_batch_size=256)
test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='zero_shot',
    data_root='{{$MMACTION_DATA:data}}',
    label_file='{{ fileDirname }}/../../labels/{labels}.csv',
    clip_shares=(0., 0.3),
    test_sets=[
        dict(
            facts.test_set,
            split=split,
            ann_file=f'val_split{split}.txt',
            labels=facts.test_set.labels.format(split=split))
        for facts in (_base_.hmdb51, _base_.ucf101, _base_.k600)
        for split in ('1', '2', '3')
    ])
