# Open-VCLIP, zero-shot from Kinetics-400, 8 frames.
# Also tested with half of CLIP's weights, which is the official figure.
_base_ = ['../_base_/models/open_vclip.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/openvclip_k400'
_base_.update(with_recipe(_base_, num_frames=8, num_clips=3, total=64))
train_cfg = dict(max_epochs=22)
test_cfg = dict(clip_shares=(0., 0.5))
