# Seeds are 0.3 of the patches of a frame: TC-CLIP.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(seed_ratio=0.3)))
