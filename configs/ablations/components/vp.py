# Video-conditional prompts alone, with frames on their own.
_base_ = '../zero_shot.py'
model = dict(backbone=dict(reference=dict(_delete_=True, type='FrameWise')))
