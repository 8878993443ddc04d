# TC-CLIP, few-shot on HMDB-51: SHOTS videos of each class.
_base_ = [
    '../_base_/models/tc_clip.py', '../_base_/protocols/few_shot_hmdb51.py'
]
work_dir = 'work_dirs/few_shot/tcclip_hmdb51_{{$SHOTS:16}}shot'
model = dict(cls_head=_base_.class_texts)
