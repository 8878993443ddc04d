# TC-CLIP, base-to-novel on HMDB-51, training list LIST_SEED.
_base_ = [
    '../_base_/models/tc_clip.py',
    '../_base_/protocols/base_to_novel_hmdb51.py'
]
work_dir = 'work_dirs/base_to_novel/tcclip_hmdb51_list{{$LIST_SEED:1}}'
model = dict(cls_head=_base_.class_texts)
