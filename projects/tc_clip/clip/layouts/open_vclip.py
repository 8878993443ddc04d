"""The layout of Open-VCLIP: CLIP's, as it adds no parameters."""
from .rename import CLIP_TABLE, TableLayout

OPEN_VCLIP = TableLayout(
    'open_vclip',
    tuple((f'model.{theirs}', ours) for theirs, ours in CLIP_TABLE))
