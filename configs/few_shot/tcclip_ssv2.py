# Few-shot on SSv2: `SHOTS=4 python tools/train.py ...`: 4 a class.
_base_ = '../_base_/protocols/few_shot.py'
work_dir = 'work_dirs/few_shot/{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
data_root = '{{$MMACTION_DATA:data}}/ssv2'
model = dict(cls_head=dict(class_names='{{ fileDirname }}/../labels/ssv2.csv'))
train_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline={{_base_.no_flip_pipeline}}))
val_dataloader = dict(dataset=dict(ann_file='val.txt', data_root=data_root))
test_dataloader = val_dataloader
test_cfg = dict(test_sets=[dict(data_set='SSv2', split='val')])
