_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(seed_ratio=0.4)))
