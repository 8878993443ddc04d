# ActionCLIP, fully supervised on Kinetics-400, 32 frames, 10 clips x 3 crops.
_base_ = [
    '_base_/models/action_clip.py', '_base_/protocols/fully_supervised.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

_base_.update(with_recipe(_base_, num_frames=32, num_clips=10, total=128))
