# Seeds are 0.2 of the patches of a frame.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(seed_ratio=0.2)))
