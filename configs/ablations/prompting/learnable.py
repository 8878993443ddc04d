# Learned prompts for all videos; frames attend only to themselves.
_base_ = '../zero_shot.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(prompt_layers=[]))
