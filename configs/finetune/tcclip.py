# TC-CLIP, fine-tuned from CLIP on your own videos in the folder MINE.
# To start from another checkpoint: --cfg-options load_from=FILE.
_base_ = ['../_base_/models/tc_clip.py', '../_base_/protocols/own_videos.py']
work_dir = 'work_dirs/finetune/tcclip'
model = dict(cls_head=_base_.class_texts)
