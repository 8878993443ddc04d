# TC-CLIP with 32 frames in place of 16, fully supervised on Kinetics-400.
_base_ = 'tcclip_k400.py'
from projects.tc_clip.datasets.pipelines import with_clips

_base_.update(with_clips(_base_, num_frames=32))
model = dict(backbone=dict(num_frames=32))
test_cfg = dict(method='TC-CLIP (32 frames)')  # the paper's figures are of 16
