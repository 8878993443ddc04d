_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(selection=dict(type='CLSAttentionSelection'))))
