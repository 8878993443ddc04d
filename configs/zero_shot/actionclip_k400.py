# ActionCLIP, zero-shot from Kinetics-400.
# Trained as the fully supervised model; 16 frames are a guess.
_base_ = [
    '../_base_/models/action_clip.py', '../_base_/protocols/zero_shot.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/actionclip_k400'
_base_.update(with_recipe(_base_, num_frames=16, total=128))
