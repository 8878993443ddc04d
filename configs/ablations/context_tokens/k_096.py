# 96 context tokens of a video: TC-CLIP.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(num_tokens=96)))
