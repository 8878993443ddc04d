# FROSTER on the demo's motions, beside a teacher with random weights.
# The class names are bare. Checkpoints hold the teacher, as no file does.
# Weights are not averaged over epochs, see openvclip_motion.py.
_base_ = ['../_base_/models/froster.py', '../_base_/protocols/motion.py']
model = dict(_base_.small_model, save_teacher=True)
