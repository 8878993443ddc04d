# Seeds by adaptive token sampling (ATS).
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(reference=dict(selection=dict(type='ATSSelection'))))
