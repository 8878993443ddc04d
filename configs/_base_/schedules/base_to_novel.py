_base_ = 'fully_supervised.py'
train_cfg = dict(max_epochs=12)
optim_wrapper = dict(optimizer=dict(lr=3.33e-6))
param_scheduler = dict(warmup=2)
custom_hooks = [dict(type='TotalBatchSizeHook', total=64)]
