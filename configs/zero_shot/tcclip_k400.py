# Zero-shot: trained on Kinetics-400, tested on HMDB-51, UCF-101 and
# Kinetics-600 with 2 clips of 16 frames.
_base_ = [
    '../_base_/models/tcclip_vit-b16.py', '../_base_/datasets/k400.py',
    '../_base_/schedules/zero_shot.py', '../_base_/protocols/zero_shot.py',
    '../_base_/default_runtime.py'
]
work_dir = 'work_dirs/zero_shot/{{ fileBasenameNoExtension }}'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/kinetics_400.csv',
        split_camel_case=True))  # for UCF-101
test_dataloader = dict(dataset=dict(pipeline={{_base_.two_view_pipeline}}))
