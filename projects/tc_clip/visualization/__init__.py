"""Records and draws which patches the vision tower uses."""
from .joined_page import join_pages
from .page_tally import Tally
from .run_page import PageVideo, write_page
from .token_maps import (distinct_colours, draw_attention, draw_groups,
                         draw_seeds, group_colours, heat_colours)
from .token_records import TokenMaps, TokenRecorder, ViewRecord
from .token_sheet import ModelView, write_sheet, write_video

__all__ = [
    'ModelView', 'PageVideo', 'Tally', 'TokenMaps', 'TokenRecorder',
    'ViewRecord', 'distinct_colours', 'draw_attention', 'draw_groups',
    'draw_seeds', 'group_colours', 'heat_colours', 'join_pages', 'write_page',
    'write_sheet', 'write_video'
]
