# FROSTER, zero-shot from Kinetics-400, names rephrased by a language model.
_base_ = ['../_base_/models/froster.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/froster_k400'
_base_.update(
    with_recipe(_base_, num_frames=8, num_clips=3, total=64, rephrased=True))
train_cfg = dict(max_epochs=22)
test_cfg = dict(clip_shares=(0., ))
