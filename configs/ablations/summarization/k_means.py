# Seeds are clustered by k-means.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(summary=dict(type='KMeansMerge'))))
