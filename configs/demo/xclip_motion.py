# X-CLIP on the demo's motions, with a frozen random text tower.
_base_ = ['../_base_/models/x_clip.py', '../_base_/protocols/motion.py']
model = _base_.small_model
