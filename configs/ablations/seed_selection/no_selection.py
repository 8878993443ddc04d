# All patches are seeds.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(seed_ratio=1., selection=dict(type='NoSelection'))))
