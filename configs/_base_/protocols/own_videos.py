# The few-shot recipe for your own videos, whose lists prepare_data.py wrote.
# The environment variable MINE names the folder of the lists. Its optimiser
# steps see fewer videos, as such data sets are small: this is our choice. At
# the end the best epoch is tested, with a report in work_dir/report.
_base_ = 'few_shot.py'
from torch.cuda import is_available

mine = '{{$MINE:data/mine}}'
train_dataloader = dict(
    batch_size=4,
    num_workers=2,
    dataset=dict(data_root=mine, ann_file='train.txt'))
val_dataloader = dict(
    num_workers=2, dataset=dict(data_root=mine, ann_file='val.txt'))
test_dataloader = val_dataloader
class_texts = dict(class_names=f'{mine}/classes.txt')

# Half precision is for GPUs.
precision = dict(type='OptimWrapper')
if is_available():
    precision = dict(type='AmpOptimWrapper', dtype='bfloat16')
optim_wrapper = dict(
    precision,
    _delete_=True,
    optimizer=_base_.optim_wrapper.optimizer,
    paramwise_cfg=_base_.optim_wrapper.paramwise_cfg)
train_cfg = dict(
    _delete_=True,
    type='EpochBasedTrainLoop',
    max_epochs=50,
    dynamic_intervals=[(1, 5)])
test_cfg = dict(_delete_=True, type='TestLoop')
custom_hooks = [
    dict(type='TotalBatchSizeHook', total=16),
    dict(type='ClassReportHook'),
    dict(type='FinalTestHook')
]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(visualization=dict(only_wrong=True))
