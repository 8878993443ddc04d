# UniFormerV2, which starts from CLIP's image tower, under CLIP's texts.
_base_ = ('mmaction::recognition/uniformerv2/'
          'uniformerv2-base-p16-res224_clip_8xb32-u8_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)

model = dict(
    cls_head=dict(
        _delete_=True,
        type='TCCLIPHead',
        class_names='{{ fileDirname }}/../labels/kinetics_400.csv',
        arch='ViT-B-16-quickgelu',
        pretrained='openai'))
