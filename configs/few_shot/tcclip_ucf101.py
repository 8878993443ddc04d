# Few-shot on UCF-101: `SHOTS=4 python tools/train.py ...`: 4 a class.
_base_ = '../_base_/protocols/few_shot.py'
work_dir = 'work_dirs/few_shot/{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
data_root = '{{$MMACTION_DATA:data}}/ucf101'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/ucf_101.csv',
        split_camel_case=True))
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
test_cfg = dict(test_sets=[dict(data_set='UCF-101', split='1')])
