# CLIP's positions in every frame, with the local/global bias: TC-CLIP.
_base_ = '../few_shot.py'
model = dict(backbone=dict(pos_embed='space', local_global_bias=True))
