# Learned positions of every frame, with the local/global bias.
_base_ = '../few_shot.py'
model = dict(backbone=dict(pos_embed='joint'))
