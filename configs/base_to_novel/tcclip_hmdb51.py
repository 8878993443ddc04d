# Base-to-novel on HMDB-51: `LIST_SEED=2 python tools/train.py ...` for list 2.
_base_ = '../_base_/protocols/base_to_novel.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
data_root = '{{$MMACTION_DATA:data}}/hmdb51'
model = dict(
    cls_head=dict(class_names='{{ fileDirname }}/../labels/hmdb_51_base.csv'))
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_cfg = dict(
    common=dict(data_set='HMDB-51', folder='hmdb51', labels='hmdb_51'))
