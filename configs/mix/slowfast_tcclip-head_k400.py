# MMAction2's SlowFast, both pathways, with class names in place of classes.
_base_ = ('mmaction::recognition/slowfast/'
          'slowfast_r50_8xb8-8x8x1-256e_kinetics400-rgb.py')
custom_imports = dict(imports=['projects.tc_clip'], allow_failed_imports=False)

model = dict(
    cls_head=dict(
        _delete_=True,
        type='TCCLIPHead',
        class_names='{{ fileDirname }}/../labels/kinetics_400.csv',
        arch='ViT-B-16-quickgelu',
        pretrained='openai'))
# The rate is for new layers; CLIP's text tower is only fine-tuned.
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys=dict(text_encoder=dict(lr_mult=0.001))))
