# FROSTER: Open-VCLIP's attention, both towers trained beside a frozen CLIP.
# Each step has one of 28 templates and the bare name; a test has all of them.
# Names are 'Name: description'; docs/data.md says where they come from.
_base_ = 'open_vclip.py'
model = dict(
    type='DistilledRecognizer',
    cls_head=dict(templates='froster', contrast=dict(type='DrawnTemplate')),
    distillation=dict(type='ResidualDistillation', scale=0.1, weight=2.),
    trainable=['.*'])
recipe = dict(
    default_hooks=dict(_delete_=True, average=_base_.average),
    test_cfg=dict(method='FROSTER'))
