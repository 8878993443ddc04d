# Base-to-novel on SSv2: `LIST_SEED=2 python tools/train.py ...` for list 2.
_base_ = '../_base_/protocols/base_to_novel.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
data_root = '{{$MMACTION_DATA:data}}/ssv2'
model = dict(
    cls_head=dict(class_names='{{ fileDirname }}/../labels/ssv2_base.csv'))
train_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline={{_base_.no_flip_pipeline}}))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_cfg = dict(common=dict(data_set='SSv2', folder='ssv2', labels='ssv2'))
