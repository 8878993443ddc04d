# TC-CLIP's backbone in MMAction2's TimeSformer recipe, under its linear head.
_base_ = ('mmaction::recognition/timesformer/'
          'timesformer_divST_8xb8-8x32x1-15e_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)

model = dict(
    backbone=dict(
        _delete_=True,
        type='TCCLIPViT',
        arch='ViT-B-16-quickgelu',
        pretrained='openai'),
    cls_head=dict(in_channels=512))
