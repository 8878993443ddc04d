# No summary; frames attend only to themselves: ViFi-CLIP.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=_base_.fixed_prompt)
