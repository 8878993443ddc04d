"""The layout of OpenAI's CLIP, which open_clip shares."""
from .rename import CLIP_TABLE, TableLayout

OPENAI = TableLayout('openai', CLIP_TABLE)
