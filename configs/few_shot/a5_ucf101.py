# A5, few-shot on UCF-101: SHOTS videos of each class.
# The official code has other splits: 50 epochs are a guess.
_base_ = ['../_base_/models/a5.py', '../_base_/protocols/few_shot_ucf101.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/few_shot/a5_ucf101_{{$SHOTS:16}}shot'
_base_.update(with_recipe(_base_, num_frames=16))
