"""Layouts of X-CLIP, as published by its authors and by Hugging Face."""
from .rename import CLIP_TABLE, SCALE, Table, TableLayout

_DECODER = 'prompts_generator.decoder.{i}.'
_FUSION = 'cls_head.fusion.layers.{i}.'
_PROMPTS: Table = (
    ('prompts_generator.alpha', 'cls_head.fusion.alpha'),
    (_DECODER + 'norm1.{affine}', _FUSION + 'norm1.{affine}'),
    (_DECODER + 'norm3.{affine}', _FUSION + 'norm2.{affine}'),
    (_DECODER + 'mlp.0.{affine}', _FUSION + 'mlp.c_fc.{affine}'),
    (_DECODER + 'mlp.3.{affine}', _FUSION + 'mlp.c_proj.{affine}'),
    (_DECODER + 'cross_attn.{projection}.{affine}',
     _FUSION + '{projection}.{affine}'),
)
_BLOCKS, _INJECTION = 'visual.transformer.resblocks.{i}.message_', \
    'backbone.injection.layers.{i}.'
_X_CLIP: Table = CLIP_TABLE + _PROMPTS + (
    ('prompts_generator.norm.{affine}', 'cls_head.fusion.norm.{affine}'),
    ('prompts_visual_ln.{affine}', 'backbone.patch_context.norm.{affine}'),
    ('prompts_visual_proj', 'backbone.patch_context.proj'),
    ('mit.positional_embedding', 'neck.positions'),
    ('mit.resblocks.{i}.{block}', 'neck.blocks.{i}.{block}'),
    (_BLOCKS + 'fc.{affine}', _INJECTION + 'fc.{affine}'),
    (_BLOCKS + 'ln.{affine}', _INJECTION + 'ln.{affine}'),
    (_BLOCKS + 'attn.{attention}', _INJECTION + 'attn.{attention}'),
)


def _hugging_face_blocks(theirs: str, ours: str) -> Table:
    """Returns the pairs of the blocks of one tower."""
    theirs, ours = f'{theirs}.encoder.layers.{{i}}.', f'{ours}.{{i}}.'
    return (
        (theirs + 'self_attn.{attention}', ours + 'attn.{attention}'),
        (theirs + 'layer_norm1.{affine}', ours + 'ln_1.{affine}'),
        (theirs + 'layer_norm2.{affine}', ours + 'ln_2.{affine}'),
        (theirs + 'mlp.fc1.{affine}', ours + 'mlp.c_fc.{affine}'),
        (theirs + 'mlp.fc2.{affine}', ours + 'mlp.c_proj.{affine}'),
    )


_MESSAGE = 'vision_model.encoder.layers.{i}.message_'
_VISION, _TEXT = 'vision_model.', 'text_model.'
_ENCODER = 'cls_head.text_encoder.'
_HUGGING_FACE: Table = SCALE + _PROMPTS + (
    ('prompts_generator.layernorm.{affine}', 'cls_head.fusion.norm.{affine}'),
    ('prompts_visual_layernorm.{affine}',
     'backbone.patch_context.norm.{affine}'),
    ('prompts_visual_projection', 'backbone.patch_context.proj'),
    ('mit.position_embedding', 'neck.positions'),
    (_VISION + 'embeddings.class_embedding', 'backbone.class_embedding'),
    (_VISION + 'embeddings.patch_embedding.weight', 'backbone.conv1.weight'),
    (_VISION + 'embeddings.position_embedding.weight',
     'backbone.positional_embedding'),
    (_VISION + 'pre_layernorm.{affine}', 'backbone.ln_pre.{affine}'),
    (_VISION + 'post_layernorm.{affine}', 'backbone.ln_post.{affine}'),
    ('visual_projection.weight', 'backbone.proj'),
    (_TEXT + 'embeddings.token_embedding.weight',
     _ENCODER + 'token_embedding.weight'),
    (_TEXT + 'embeddings.position_embedding.weight',
     _ENCODER + 'positional_embedding'),
    (_TEXT + 'final_layer_norm.{affine}', _ENCODER + 'ln_final.{affine}'),
    ('text_projection.weight', _ENCODER + 'text_projection'),
    (_MESSAGE + 'fc.{affine}', _INJECTION + 'fc.{affine}'),
    (_MESSAGE + 'ln.{affine}', _INJECTION + 'ln.{affine}'),
    (_MESSAGE + 'attn.{attention}', _INJECTION + 'attn.{attention}'),
    *_hugging_face_blocks('mit', 'neck.blocks'),
    *_hugging_face_blocks('vision_model', 'backbone.transformer.resblocks'),
    *_hugging_face_blocks('text_model', _ENCODER + 'transformer.resblocks'),
)

X_CLIP = TableLayout('x_clip', _X_CLIP, unit_axis=r'mit\.positional_embedding')
# ``XCLIPModel``; older files also hold the numbers of positions
HF_X_CLIP = TableLayout(
    'hf_x_clip',
    _HUGGING_FACE,
    buffers=r'.*\.position_ids',
    attention=r'.*(?:self|message)_attn',
    unit_axis=r'mit\.position_embedding',
    # (E, D) of nn.Linear
    transposed=r'(?:visual|text)_projection\.weight')
