# TC-CLIP, base-to-novel on Something-Something v2, training list LIST_SEED.
_base_ = [
    '../_base_/models/tc_clip.py', '../_base_/protocols/base_to_novel_ssv2.py'
]
work_dir = 'work_dirs/base_to_novel/tcclip_ssv2_list{{$LIST_SEED:1}}'
model = dict(cls_head=_base_.class_texts)
