_base_ = '../few_shot.py'
model = dict(backbone=dict(local_global_bias=False))
