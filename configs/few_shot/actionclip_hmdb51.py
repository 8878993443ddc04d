# ActionCLIP, few-shot on HMDB-51: SHOTS videos of each class.
# 16 frames are a guess.
_base_ = [
    '../_base_/models/action_clip.py', '../_base_/protocols/few_shot_hmdb51.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/few_shot/actionclip_hmdb51_{{$SHOTS:16}}shot'
_base_.update(with_recipe(_base_, num_frames=16))
