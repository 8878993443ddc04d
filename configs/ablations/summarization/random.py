# Seeds are merged in random groups.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(summary=dict(type='RandomMerge'))))
