# ActionCLIP, few-shot on Something-Something v2: SHOTS videos of each class.
# 16 frames are a guess.
_base_ = [
    '../_base_/models/action_clip.py', '../_base_/protocols/few_shot_ssv2.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/few_shot/actionclip_ssv2_{{$SHOTS:16}}shot'
_base_.update(with_recipe(_base_, num_frames=16))
