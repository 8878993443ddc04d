# CLIP without training on the demo's motions: with random weights, a guess.
_base_ = ['../_base_/models/vifi_clip.py', '../_base_/protocols/motion.py']
model = dict(
    _base_.small_model,
    cls_head=dict(_base_.small_model.cls_head, prompt_init=None, full_stop=''),
    trainable=[])
