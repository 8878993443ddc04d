"""State dicts of other code bases, renamed to this project's and back.

There is a module for each code base. Functions ``from_*`` return our state
dict and the leftovers: tensors that have no place in ours. Functions ``to_*``
take both and restore the content of the file, bit by bit.
"""
from .a5 import from_a5, to_a5
from .action_clip import (from_action_clip, from_mmaction_action_clip,
                          to_action_clip, to_mmaction_action_clip)
from .froster import from_froster, to_froster
from .maxi import from_maxi, to_maxi
from .mmpretrain import from_mmpretrain
from .open_vclip import from_open_vclip, to_open_vclip
from .openai import from_openai
from .ost import from_ost, to_ost
from .rename import TOKEN_EMBEDDING, State
from .tc_clip import from_tc_clip, from_vifi_clip, to_tc_clip, to_vifi_clip
from .vita_clip import from_vita_clip, to_vita_clip
from .x_clip import from_hf_x_clip, from_x_clip, to_hf_x_clip, to_x_clip

__all__ = [
    'State', 'TOKEN_EMBEDDING', 'from_a5', 'from_action_clip', 'from_froster',
    'from_hf_x_clip', 'from_maxi', 'from_mmaction_action_clip',
    'from_mmpretrain', 'from_open_vclip', 'from_openai', 'from_ost',
    'from_tc_clip', 'from_vifi_clip', 'from_vita_clip', 'from_x_clip', 'to_a5',
    'to_action_clip', 'to_froster', 'to_hf_x_clip', 'to_maxi',
    'to_mmaction_action_clip', 'to_open_vclip', 'to_ost', 'to_tc_clip',
    'to_vifi_clip', 'to_vita_clip', 'to_x_clip'
]
