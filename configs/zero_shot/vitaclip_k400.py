# Vita-CLIP, zero-shot from Kinetics-400: the text side is CLIP's.
# The official scripts are not published: the training is a guess.
_base_ = ['../_base_/models/vita_clip.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/vitaclip_k400'
_base_.update(with_recipe(_base_, num_frames=8, total=256))
model = dict(cls_head=_base_.no_prompts, trainable=_base_.vision_prompts)
test_cfg = dict(clip_shares=(0., ))
