"""The layout of FROSTER, with or without the teacher.

Official files hold the teacher, CLIP. Ours do with ``save_teacher=True`` of
:class:`DistilledRecognizer`; otherwise it is not used.
"""
from .rename import CLIP_TABLE, TableLayout

FROSTER = TableLayout('froster', (
    *((f'model.{theirs}', ours) for theirs, ours in CLIP_TABLE),
    *((f'raw_model.{theirs}', f'teacher.{ours}')
      for theirs, ours in CLIP_TABLE),
    ('projector_v.{i}.weight', 'distillation.image_projector.{i}.weight'),
    ('projector_t.{i}.weight', 'distillation.text_projector.{i}.weight'),
))
