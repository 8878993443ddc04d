# The control of the demo: frames attend only to themselves.
# Its prompts do not depend on the video either.
_base_ = 'tcclip_motion.py'
model = dict(
    backbone=dict(reference=dict(_delete_=True, type='FrameWise')),
    cls_head=dict(prompt_layers=[]))
