# A5 on the demo's motions: a frozen CLIP, here with random weights.
# Only its prompt vectors and its transformer over frames learn.
_base_ = ['../_base_/models/a5.py', '../_base_/protocols/motion.py']
model = _base_.small_model
