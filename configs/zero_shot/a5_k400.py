# A5, zero-shot from Kinetics-400.
# The official code has no such test: 10 epochs are a guess.
_base_ = ['../_base_/models/a5.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/a5_k400'
_base_.update(with_recipe(_base_, num_frames=16, total=64))
test_cfg = dict(clip_shares=(0., ))
