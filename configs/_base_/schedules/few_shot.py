_base_ = 'fully_supervised.py'
train_cfg = dict(max_epochs=50)
optim_wrapper = dict(optimizer=dict(lr=2e-6))
custom_hooks = [dict(type='TotalBatchSizeHook', total=64)]
