# TC-CLIP with ViT-L/14 at 336 pixels, fully supervised on Kinetics-400.
_base_ = 'tcclip_k400.py'
from projects.tc_clip.datasets.pipelines import with_clips

_base_.update(with_clips(_base_, size=336))
model = dict(backbone=dict(arch='ViT-L-14-336-quickgelu'))
train_dataloader = dict(batch_size=4)
test_cfg = dict(method='TC-CLIP (ViT-L/14)')  # the paper's figures are ViT-B's
