# Seeds are 0.6 of the patches of a frame.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(seed_ratio=0.6)))
