# MAXI: ViFi-CLIP trained without labels, by bags of texts that AddTextBag
# makes from a pseudo label and words of a language model.
_base_ = 'vifi_clip.py'
model = dict(
    cls_head=dict(
        contrast=dict(type='TextBags'),
        loss_cls=dict(type='BagNCE'),
        init_scale=50.,
        label_smooth_eps=0.),
    data_preprocessor=dict(blending=None))
recipe = dict(
    default_hooks=dict(
        clamp=dict(type='LogitScaleClampHook', max_scale=1000.)),
    test_cfg=dict(method='MAXI'))
