# Fully supervised on Kinetics-400: 16 frames, tested with 4 clips x 3 crops.
_base_ = [
    '_base_/models/tcclip_vit-b16.py', '_base_/datasets/k400.py',
    '_base_/schedules/fully_supervised.py',
    '_base_/protocols/fully_supervised.py', '_base_/default_runtime.py'
]
model = dict(
    cls_head=dict(class_names='{{ fileDirname }}/labels/kinetics_400.csv'))
