"""Layouts of ActionCLIP, as published by its authors and by OpenMMLab.

The official file holds two state dicts, CLIP's and that of the temporal
transformer; here keys of the second begin with ``fusion.``. Of its temporal
models, Transf and MeanP have a place here.
"""
from .rename import CLIP_TABLE, Table, TableLayout


def _neck(fusion: str) -> Table:
    """Returns the pairs of the temporal transformer."""
    return (
        (f'{fusion}.frame_position_embeddings.weight', 'neck.positions'),
        (f'{fusion}.transformer.resblocks.{{i}}.{{block}}',
         'neck.blocks.{i}.{block}'),
    )


ACTION_CLIP = TableLayout('action_clip', CLIP_TABLE + _neck('fusion'))
# the project in MMAction2
MMACTION_ACTION_CLIP = TableLayout(
    'mmaction_action_clip',
    (*((f'clip.{theirs}', ours)
       for theirs, ours in CLIP_TABLE), *_neck('adapter')))
