# All seeds are context tokens, without a summary.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(summary=dict(type='NoMerge'))))
