# The control: every frame on its own, and prompts that see no video.
_base_ = 'tcclip_motion.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(prompt_layers=[]))
