# 32 context tokens of a video.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(num_tokens=32)))
