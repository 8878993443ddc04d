_base_ = '../few_shot.py'
model = dict(backbone=dict(pos_embed='joint', local_global_bias=False))
