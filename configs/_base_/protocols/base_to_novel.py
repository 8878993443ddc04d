# Trained on list LIST_SEED (1, 2 or 3) of videos of half of the classes, and
# tested on both halves.
_base_ = [
    '../models/tcclip_vit-b16.py', '../datasets/videos.py',
    '../schedules/base_to_novel.py', '../default_runtime.py'
]
list_seed = '{{$LIST_SEED:1}}'
train_dataloader = dict(
    dataset=dict(ann_file=f'base_to_novel/train_seed{list_seed}.txt'))
val_dataloader = dict(
    dataset=dict(
        ann_file='base_to_novel/val_base.txt',
        pipeline={{_base_.two_view_pipeline}}))
test_dataloader = val_dataloader
test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='base_to_novel',
    data_root='{{$MMACTION_DATA:data}}',
    label_file='{{ fileDirname }}/../../labels/{labels}_{split}.csv',
    test_sets=[
        dict(split=half, ann_file=f'base_to_novel/val_{half}.txt')
        for half in ('base', 'novel')
    ],
    facts=dict(list_seed=int(list_seed)))
