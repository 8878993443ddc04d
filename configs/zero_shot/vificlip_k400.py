# ViFi-CLIP, zero-shot from Kinetics-400 to HMDB-51, UCF-101 and Kinetics-600.
_base_ = ['../_base_/models/vifi_clip.py', '../_base_/protocols/zero_shot.py']
work_dir = 'work_dirs/zero_shot/vificlip_k400'
model = dict(cls_head=_base_.class_texts)
test_cfg = dict(method='ViFi-CLIP')
