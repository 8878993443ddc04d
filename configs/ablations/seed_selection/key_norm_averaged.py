# Seeds by the norm of their keys, averaged over heads.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(reference=dict(selection=dict(type='KeyNormSelection'))))
