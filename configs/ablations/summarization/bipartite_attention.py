# Bipartite soft matching, weighted by the attention of CLS.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(seed_weights=dict(type='CLSAttentionSelection'))))
