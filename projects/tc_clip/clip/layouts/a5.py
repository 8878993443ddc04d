"""The layout of A5 (Efficient-Prompt)."""
from .rename import CLIP_TABLE, TableLayout

A5 = TableLayout('a5', (
    *((f'clipmodel.{theirs}', ours) for theirs, ours in CLIP_TABLE),
    ('embedding.weight', 'cls_head.prompt_vectors'),
    ('temporalEmbedding.weight', 'neck.positions'),
    ('temporalModelling.resblocks.{i}.{block}', 'neck.blocks.{i}.{block}'),
))
