# OST: frames are matched with descriptors of each class, which a language
# model wrote; docs/data.md says where they come from. All of CLIP is trained,
# by a loss that compares the videos of a batch, over all processes, with the
# descriptors of their classes.
_base_ = 'tc_clip.py'
model = dict(
    backbone=dict(
        reference=dict(_delete_=True, type='FrameWise'), out='frames'),
    cls_head=dict(
        templates='ost',
        aggregate=dict(type='EveryWording'),
        similarity=dict(type='OptimalTransport'),
        contrast=dict(type='BatchTexts', every_wording=True),
        loss_cls=dict(type='MultiPositiveKL', weight=1.),
        num_prompts=0,
        prompt_init=None,
        prompt_layers=[],
        full_stop='',
        split_underscores=False,
        label_smooth_eps=0.),
    data_preprocessor=dict(blending=None),
    trainable=['.*'])

# Files labels/llm/NAMES_spatial.json and labels/llm/NAMES_temporal.json.
descriptor_kinds = ['spatial', 'temporal']
recipe = dict(test_cfg=dict(method='OST'))
