# OST: frames are matched with descriptors of each class, which a language
# model wrote; docs/data.md says where they come from. All of CLIP is trained,
# by a loss that compares the videos of a batch, over all processes, with the
# descriptors of their classes.
_base_ = 'vifi_clip.py'
model = dict(
    backbone=dict(out='frames'),
    cls_head=dict(
        _base_.bare_names,
        templates='ost',
        aggregate=dict(type='EveryWording'),
        similarity=dict(type='OptimalTransport'),
        contrast=dict(type='BatchTexts', every_wording=True),
        loss_cls=dict(type='MultiPositiveKL', weight=1.),
        label_smooth_eps=0.),
    data_preprocessor=dict(blending=None),
    trainable=['.*'])

# Files labels/llm/NAMES_spatial.json and labels/llm/NAMES_temporal.json.
descriptor_kinds = ['spatial', 'temporal']
recipe = dict(test_cfg=dict(method='OST'))
