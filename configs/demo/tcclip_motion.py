# A small CLIP learns four motions, from random weights on a CPU.
# Single frames do not show the class. `make demo` makes the videos and runs
# this config.
_base_ = ['../_base_/models/tc_clip.py', '../_base_/protocols/motion.py']
model = dict(
    _base_.small_model,
    backbone=dict(
        _base_.small_model.backbone,
        reference=dict(num_tokens=32, seed_ratio=0.5)))
