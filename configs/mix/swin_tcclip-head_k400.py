# MMAction2's Video Swin recipe with class names in place of a linear layer.
_base_ = (
    'mmaction::recognition/swin/'
    'swin-tiny-p244-w877_in1k-pre_8xb8-amp-32x2x1-30e_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)

model = dict(
    cls_head=dict(
        _delete_=True,
        type='TCCLIPHead',
        class_names='{{ fileDirname }}/../labels/kinetics_400.csv',
        arch='ViT-B-16-quickgelu',
        pretrained='openai'))
# The rate is for new layers; CLIP's text tower is only fine-tuned.
optim_wrapper = dict(paramwise_cfg=dict(text_encoder=dict(lr_mult=0.01)))
