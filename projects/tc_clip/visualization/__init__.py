"""Records and draws which patches the vision tower uses."""
from .run_page import PageVideo, write_page
from .token_maps import (distinct_colours, draw_attention, draw_groups,
                         draw_seeds, group_colours)
from .token_records import TokenMaps, TokenRecorder, ViewRecord
from .token_sheet import ModelView, write_sheet, write_video

__all__ = [
    'ModelView', 'PageVideo', 'TokenMaps', 'TokenRecorder', 'ViewRecord',
    'distinct_colours', 'draw_attention', 'draw_groups', 'draw_seeds',
    'group_colours', 'write_page', 'write_sheet', 'write_video'
]
