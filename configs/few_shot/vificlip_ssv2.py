# ViFi-CLIP, few-shot on Something-Something v2: SHOTS videos of each class.
_base_ = [
    '../_base_/models/vifi_clip.py', '../_base_/protocols/few_shot_ssv2.py'
]
work_dir = 'work_dirs/few_shot/vificlip_ssv2_{{$SHOTS:16}}shot'
model = dict(cls_head=_base_.class_texts)
test_cfg = dict(method='ViFi-CLIP')
