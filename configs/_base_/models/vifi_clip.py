# ViFi-CLIP: frames that see nothing but themselves, and a fixed prompt.
_base_ = 'tc_clip.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=_base_.fixed_prompt)
