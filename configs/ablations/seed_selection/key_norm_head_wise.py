# Seeds by the norm of their keys, some from each head.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(
            selection=dict(type='KeyNormSelection', per_head=True))))
