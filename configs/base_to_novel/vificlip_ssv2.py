# ViFi-CLIP, base-to-novel on Something-Something v2, training list LIST_SEED.
_base_ = [
    '../_base_/models/vifi_clip.py',
    '../_base_/protocols/base_to_novel_ssv2.py'
]
work_dir = 'work_dirs/base_to_novel/vificlip_ssv2_list{{$LIST_SEED:1}}'
model = dict(cls_head=_base_.class_texts)
test_cfg = dict(method='ViFi-CLIP')
