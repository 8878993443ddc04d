_base_ = '../few_shot.py'
model = dict(backbone=dict(pos_embed='joint'))
