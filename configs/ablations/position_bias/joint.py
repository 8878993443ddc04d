# Learned positions of every frame, without the local/global bias.
_base_ = '../few_shot.py'
model = dict(backbone=dict(pos_embed='joint', local_global_bias=False))
