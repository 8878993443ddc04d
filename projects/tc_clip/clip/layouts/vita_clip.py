"""The layout of Vita-CLIP."""
from .rename import SCALE, Table, TableLayout

_THEIRS, _OURS = 'visual.blocks.{i}.', 'backbone.transformer.resblocks.{i}.'
_INJECTION = 'backbone.injection.layers.{i}.'
_VITA_CLIP: Table = SCALE + (
    ('visual.cls_token', 'backbone.class_embedding'),
    ('visual.pos_embed', 'backbone.positional_embedding'),
    ('visual.time_embed', 'backbone.time_embedding'),
    ('visual.proj', 'backbone.proj'),
    ('visual.patch_embed.proj.{affine}', 'backbone.conv1.{affine}'),
    ('visual.ln_pre.{affine}', 'backbone.ln_pre.{affine}'),
    ('visual.ln_post.{affine}', 'backbone.ln_post.{affine}'),
    ('visual.global_prompts', 'backbone.injection.global_prompts'),
    (_THEIRS + 'local_prompts', _INJECTION + 'local_prompts'),
    (_THEIRS + 'cls_proj.{affine}', _INJECTION + 'cls_proj.{affine}'),
    (_THEIRS + 'summary_ln.{affine}', _INJECTION + 'summary_ln.{affine}'),
    (_THEIRS + 'summary_attn_layer.{attention}',
     _INJECTION + 'summary_attn.{attention}'),
    (_THEIRS + 'attn.{attention}', _OURS + 'attn.{attention}'),
    (_THEIRS + 'norm1.{affine}', _OURS + 'ln_1.{affine}'),
    (_THEIRS + 'norm2.{affine}', _OURS + 'ln_2.{affine}'),
    (_THEIRS + 'mlp.fc1.{affine}', _OURS + 'mlp.c_fc.{affine}'),
    (_THEIRS + 'mlp.fc2.{affine}', _OURS + 'mlp.c_proj.{affine}'),
    ('textual.{text}', 'cls_head.text_encoder.{text}'),
    ('prompt_learner.ctx', 'cls_head.prompt_vectors'),
)
VITA_CLIP = TableLayout(
    'vita_clip',
    _VITA_CLIP,
    # they follow from the token embedding and the class names
    buffers=r'prompt_learner\.token_(?:prefix|suffix)',
    attention=r'visual\.blocks\.\d+\.(?:attn|summary_attn_layer)',
    unit_axis=r'visual\.blocks\.\d+\.local_prompts')
