"""Layouts of the official code of TC-CLIP, ViFi-CLIP, OST and MAXI.

Files of TC-CLIP, ViFi-CLIP and MAXI hold no token embedding: it stays CLIP's.
"""
from .rename import SCALE, TOKEN_EMBEDDING, Table, TableLayout

_VIFI_CLIP: Table = SCALE + (
    ('image_encoder.{vision}', 'backbone.{vision}'),
    ('text_encoder.{text}', 'cls_head.text_encoder.{text}'),
)
_TC_CLIP: Table = _VIFI_CLIP + (
    ('prompt_learner.ctx', 'cls_head.prompt_vectors'),
    ('image_encoder.transformer.resblocks.{i}.attn.local_global_bias_table',
     'backbone.transformer.resblocks.{i}.local_global_bias'),
    ('text_encoder.prompt_generation_layer.{i}.{prompting}',
     'cls_head.prompting.layers.{i}.{prompting}'),
)
# Buffers that follow from the token embedding and the class names.
_BUFFERS = (r'prompt_learner\.'
            r'(?:complete_text_embeddings|token_prefix|token_suffix)')

TC_CLIP = TableLayout(
    'tc_clip',
    _TC_CLIP,
    buffers=_BUFFERS,
    attention=r'image_encoder\..*\.attn',
    left_out=(TOKEN_EMBEDDING, ))
VIFI_CLIP = TableLayout(
    'vifi_clip', _VIFI_CLIP, buffers=_BUFFERS, left_out=(TOKEN_EMBEDDING, ))
MAXI = VIFI_CLIP._replace(name='maxi')
# All of its towers are trained, so its files hold all of them.
OST = TableLayout('ost', _VIFI_CLIP)
