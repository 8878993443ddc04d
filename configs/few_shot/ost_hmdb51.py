# OST, few-shot on HMDB-51: SHOTS videos of each class.
# Two tested clips, as for TC-CLIP, are a guess.
_base_ = ['../_base_/models/ost.py', '../_base_/protocols/few_shot_hmdb51.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/few_shot/ost_hmdb51_{{$SHOTS:16}}shot'
_base_.update(with_recipe(_base_, num_frames=32))
optim_wrapper = dict(optimizer=dict(lr=5e-6))
