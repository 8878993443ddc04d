# OST, fully supervised on Kinetics-400, 16 frames, 1 clip x 1 crop.
# Its recipe was not released: batch, rate and epochs are ViFi-CLIP's.
_base_ = ['_base_/models/ost.py', '_base_/protocols/fully_supervised.py']
from projects.tc_clip.datasets.recipes import with_recipe

_base_.update(with_recipe(_base_, num_frames=16))
test_pipeline = _base_.val_pipeline
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
