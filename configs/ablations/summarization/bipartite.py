# Seeds are merged by bipartite soft matching: TC-CLIP.
_base_ = '../few_shot.py'
model = dict(
    backbone=dict(reference=dict(summary=dict(type='BipartiteSummary'))))
