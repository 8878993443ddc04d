_base_ = 'mmaction::_base_/default_runtime.py'
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)

default_hooks = dict(
    checkpoint=dict(type='SafeCheckpointHook', max_keep_ckpts=3),
    broken_videos=dict(type='BrokenVideosHook'),
    class_names=dict(type='ClassNamesHook'),
    epoch_seed=dict(type='EpochSeedHook'),
    finite_loss=dict(type='FiniteLossHook'),
    visualization=dict(type='RunPageHook'))
vis_backends = [
    dict(type='LocalVisBackend'),
    dict(type='TensorboardVisBackend')
]
visualizer = dict(vis_backends=vis_backends)
