"""State dicts of other code bases, renamed to this project's and back.

There is a module for each code base, with a :class:`TableLayout`: ``read``
returns our state dict and the leftovers, tensors that have no place in ours;
``write`` takes both and restores the content of the file, bit by bit.
"""
from .a5 import A5
from .action_clip import ACTION_CLIP, MMACTION_ACTION_CLIP
from .froster import FROSTER
from .mmpretrain import from_mmpretrain
from .open_vclip import OPEN_VCLIP
from .openai import OPENAI
from .rename import TOKEN_EMBEDDING, State, TableLayout, UnknownKeys
from .tc_clip import MAXI, OST, TC_CLIP, VIFI_CLIP
from .vita_clip import VITA_CLIP
from .x_clip import HF_X_CLIP, X_CLIP

__all__ = [
    'A5', 'ACTION_CLIP', 'FROSTER', 'HF_X_CLIP', 'MAXI',
    'MMACTION_ACTION_CLIP', 'OPENAI', 'OPEN_VCLIP', 'OST', 'State', 'TC_CLIP',
    'TOKEN_EMBEDDING', 'TableLayout', 'UnknownKeys', 'VIFI_CLIP', 'VITA_CLIP',
    'X_CLIP', 'from_mmpretrain'
]
