# Seeds by the attention of CLS, some from each head.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(
            selection=dict(type='CLSAttentionSelection', per_head=True))))
