# CLIP's positions in every frame, without the local/global bias.
_base_ = '../few_shot.py'
model = dict(backbone=dict(local_global_bias=False))
