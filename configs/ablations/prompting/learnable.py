# Learned prompts, the same for all videos, with frames on their own.
_base_ = '../zero_shot.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(prompt_layers=[]))
