# Prompts that read the features of the frames.
_base_ = '../zero_shot.py'
model = dict(backbone=dict(reference=dict(_delete_=True, type='FrameWise')))
