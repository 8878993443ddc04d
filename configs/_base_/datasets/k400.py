_base_ = 'videos.py'
data_root = '{{$MMACTION_DATA:data}}/kinetics400'

train_dataloader = dict(
    dataset=dict(data_root=data_root, ann_file='train.txt'))
val_dataloader = dict(dataset=dict(data_root=data_root, ann_file='val.txt'))
test_dataloader = val_dataloader
