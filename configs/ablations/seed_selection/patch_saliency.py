# Seeds by the saliency of patches (vid-TLDR).
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        reference=dict(selection=dict(type='PatchSaliencySelection'))))
