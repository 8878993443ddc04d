# X-CLIP, zero-shot from Kinetics-400, 32 frames.
# 10 epochs are the paper's; one tested clip is a guess.
_base_ = ['../_base_/models/x_clip.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/xclip_k400'
_base_.update(with_recipe(_base_, num_frames=32, num_clips=1))
test_cfg = dict(clip_shares=(0., ))
