# Frames read the patches of their neighbours, with a fixed prompt.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        local_global_bias=False,
        reference=dict(_delete_=True, type='WindowExpansion')),
    cls_head=_base_.fixed_prompt)
