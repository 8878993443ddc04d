_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(num_tokens=128)))
