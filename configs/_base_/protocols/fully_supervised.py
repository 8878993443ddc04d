# Fully supervised on Kinetics-400, tested with 4 clips x 3 crops.
_base_ = [
    '../datasets/videos.py', '../datasets/k400.py',
    '../schedules/adamw_cosine.py', '../default_runtime.py'
]
train_dataloader = dict(
    dataset=dict(data_root=_base_.k400.data_root, ann_file='train.txt'))
val_dataloader = dict(
    dataset=dict(data_root=_base_.k400.data_root, ann_file='val.txt'))
test_dataloader = val_dataloader
class_texts = _base_.k400.class_texts

train_cfg = dict(max_epochs=30)
optim_wrapper = dict(optimizer=dict(lr=2.2e-5))
param_scheduler = dict(warmup=5)
custom_hooks = [dict(type='TotalBatchSizeHook', total=512)]
# For a config without this hook.
auto_scale_lr = dict(enable=False, base_batch_size=512)
test_cfg = dict(
    type='ProtocolTestLoop',
    protocol='fully_supervised',
    class_names=class_texts['class_names'],
    test_sets=[dict(data_set=_base_.k400.test_set.data_set, split='val')])
