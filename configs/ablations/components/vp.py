# Video-conditional prompts alone; frames attend only to themselves.
_base_ = '../zero_shot.py'
model = dict(backbone=dict(reference=dict(_delete_=True, type='FrameWise')))
