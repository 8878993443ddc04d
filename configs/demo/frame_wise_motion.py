# The control: every frame for itself, all else the same.
_base_ = 'tcclip_motion.py'
model = dict(backbone=dict(reference=dict(_delete_=True, type='FrameWise')))
