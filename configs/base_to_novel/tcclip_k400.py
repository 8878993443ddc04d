# Base-to-novel on K-400: `LIST_SEED=2 python tools/train.py ...` for list 2.
_base_ = '../_base_/protocols/base_to_novel.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
data_root = '{{$MMACTION_DATA:data}}/kinetics400'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/kinetics_400_base.csv'))
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_cfg = dict(
    common=dict(data_set='K-400', folder='kinetics400', labels='kinetics_400'))
