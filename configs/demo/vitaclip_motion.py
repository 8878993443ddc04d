# Vita-CLIP on the demo's motions: a frozen CLIP, here with random weights.
# Only its prompts learn.
_base_ = ['../_base_/models/vita_clip.py', '../_base_/protocols/motion.py']
model = _base_.small_model
