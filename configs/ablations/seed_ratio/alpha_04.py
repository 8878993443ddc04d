# Seeds are 0.4 of the patches of a frame.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(seed_ratio=0.4)))
