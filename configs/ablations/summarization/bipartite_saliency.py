# Bipartite soft matching, weighted by the saliency of patches.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(
            seed_weights=dict(type='PatchSaliencySelection', sharpen=True))))
