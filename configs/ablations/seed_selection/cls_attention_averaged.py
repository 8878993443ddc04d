# Seeds by the attention of CLS, averaged over heads: TC-CLIP.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(selection=dict(type='CLSAttentionSelection'))))
