# Vita-CLIP, fully supervised on Kinetics-400, tested with 4 clips x 3 crops.
# 16 frames are the paper's; the official script has 8.
_base_ = ['_base_/models/vita_clip.py', '_base_/protocols/fully_supervised.py']
from projects.tc_clip.datasets.recipes import with_recipe

_base_.update(with_recipe(_base_, num_frames=16, total=256))
