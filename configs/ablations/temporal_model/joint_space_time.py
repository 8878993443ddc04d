# Frames read all patches of all frames, with a fixed prompt.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        local_global_bias=False,
        reference=dict(_delete_=True, type='JointSpaceTime')),
    cls_head=_base_.fixed_prompt)
