# Seeds are clustered by DPC-KNN.
_base_ = '../few_shot.py'
model = dict(backbone=dict(reference=dict(summary=dict(type='DPCKNNMerge'))))
