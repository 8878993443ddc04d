_base_ = 'fully_supervised.py'
train_cfg = dict(max_epochs=10)
optim_wrapper = dict(optimizer=dict(lr=8e-6))
custom_hooks = [dict(type='TotalBatchSizeHook', total=256)]
