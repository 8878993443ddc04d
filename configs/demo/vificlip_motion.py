# ViFi-CLIP on the demo's motions: it sees single frames, without their order.
_base_ = ['../_base_/models/vifi_clip.py', '../_base_/protocols/motion.py']
model = _base_.small_model
