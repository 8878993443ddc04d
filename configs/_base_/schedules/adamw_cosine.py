# AdamW and timm's cosine; a recipe adds rate, epochs, warm-up and batch size.
train_cfg = dict(type='EpochBasedTrainLoop')
val_cfg = dict(type='ValLoop')

# For GPUs without bfloat16: dtype='float16'.
optim_wrapper = dict(
    type='AmpOptimWrapper',
    dtype='bfloat16',
    optimizer=dict(type='AdamW', betas=(0.9, 0.98), weight_decay=1e-3),
    # Decay on every parameter; new text parts learn ten times as fast.
    paramwise_cfg=dict(
        custom_keys={
            'cls_head.prompt_vectors': dict(lr_mult=10),
            'cls_head.prompting': dict(lr_mult=10),
            'cls_head.fusion': dict(lr_mult=10)
        }))
param_scheduler = dict(type='TimmCosineLR', convert_to_iter_based=True)
