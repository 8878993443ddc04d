"""Looks at what the vision tower does with the patches of a video."""
from .run_page import PageVideo, write_page
from .token_maps import (distinct_colours, draw_attention, draw_groups,
                         draw_seeds, group_colours)
from .token_records import ClipRecord, TokenMaps, TokenRecorder, record_clip
from .token_sheet import ModelView, write_sheet, write_video

__all__ = [
    'ClipRecord', 'ModelView', 'PageVideo', 'TokenMaps', 'TokenRecorder',
    'distinct_colours', 'draw_attention', 'draw_groups', 'draw_seeds',
    'group_colours', 'record_clip', 'write_page', 'write_sheet', 'write_video'
]
