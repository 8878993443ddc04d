# OST on the demo's motions, with descriptors that we wrote.
_base_ = ['../_base_/models/ost.py', '../_base_/protocols/motion.py']
descriptors = dict(
    spatial=[
        ['a shape at many places', 'a place that is left', 'a way', 'edges'],
        ['a large shape', 'a small shape', 'a near shape', 'a far shape'],
        ['a shape of two colours', 'a red shape', 'a green shape', 'light'],
        ['a shape at one place', 'a single colour', 'one size', 'a picture'],
    ],
    temporal=[
        ['it leaves its place', 'it crosses', 'it turns back', 'it returns'],
        ['it gets larger', 'it is largest', 'it gets smaller', 'it repeats'],
        ['it fades', 'another colour comes', 'it changes', 'it glows'],
        ['it waits', 'nothing changes', 'it stays', 'all is as before'],
    ])
model = dict(
    _base_.small_model,
    cls_head=dict(_base_.small_model.cls_head, descriptors=descriptors))
