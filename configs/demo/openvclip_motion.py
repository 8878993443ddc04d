# Open-VCLIP on the demo's motions, with a frozen random text tower.
# Weights are not interpolated with CLIP's, and not averaged over epochs: both
# keep a training near a CLIP that it starts from, and there is none here.
_base_ = ['../_base_/models/open_vclip.py', '../_base_/protocols/motion.py']
model = _base_.small_model
