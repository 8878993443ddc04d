# ActionCLIP on the demo's motions.
_base_ = ['../_base_/models/action_clip.py', '../_base_/protocols/motion.py']
model = _base_.small_model
