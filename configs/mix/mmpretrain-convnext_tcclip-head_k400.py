# MMPretrain's ConvNeXt on frames, as in TSN, under TC-CLIP's text head.
_base_ = ('mmaction::recognition/tsn/'
          'tsn_imagenet-pretrained-r50_8xb32-1x1x8-100e_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)
checkpoint = ('https://download.openmmlab.com/mmclassification/v0/convnext/'
              'convnext-tiny_32xb128_in1k_20221207-998cf3e9.pth')

model = dict(
    backbone=dict(
        _delete_=True,
        type='mmpretrain.ConvNeXt',
        arch='tiny',
        init_cfg=dict(
            type='Pretrained', checkpoint=checkpoint, prefix='backbone')),
    cls_head=dict(
        _delete_=True,
        type='TCCLIPHead',
        class_names='{{ fileDirname }}/../labels/kinetics_400.csv',
        arch='ViT-B-16-quickgelu',
        pretrained='openai'))
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys=dict(text_encoder=dict(lr_mult=0.01))))
