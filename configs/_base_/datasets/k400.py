_base_ = 'videos.py'
data_root = '{{$MMACTION_DATA:data}}/kinetics400'

train_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/train.txt', data_prefix=dict(video=data_root)))
val_dataloader = dict(
    dataset=dict(
        ann_file=f'{data_root}/val.txt', data_prefix=dict(video=data_root)))
test_dataloader = val_dataloader
