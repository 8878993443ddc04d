# ViFi-CLIP: frames attend only to themselves, and the prompt is fixed.
_base_ = 'tc_clip.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=_base_.fixed_prompt)
