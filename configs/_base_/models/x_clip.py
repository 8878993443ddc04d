# X-CLIP: message tokens, a transformer over frames, video-specific prompts.
# The text tower and the logit scale are frozen, as in the official code.
_base_ = 'vifi_clip.py'
model = dict(
    backbone=dict(
        injection=dict(type='MessageTokens'),
        patch_context=dict(type='ProjectedPatches')),
    neck=dict(type='TemporalTransformer', num_layers=1, init='xclip'),
    cls_head=dict(
        _base_.bare_names,
        fusion=dict(type='VideoSpecificPrompts', num_layers=2, alpha=0.1),
        detach_context=False),
    trainable=['backbone', 'neck', 'cls_head.fusion'])

fast = dict(lr_mult=10)
recipe = dict(
    optim_wrapper=dict(
        constructor='ParameterGroups',
        paramwise_cfg=dict(
            flat_decay_mult=0.,
            no_decay=['positional_embedding', 'neck.positions'],
            custom_keys={
                'backbone.injection': fast,
                'backbone.patch_context': fast,
                'cls_head.fusion': fast,
                'neck': fast
            })),
    test_cfg=dict(method='X-CLIP'))
