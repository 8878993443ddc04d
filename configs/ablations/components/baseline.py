# Neither context tokens nor video-conditional prompts: ViFi-CLIP.
_base_ = '../zero_shot.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=_base_.fixed_prompt)
