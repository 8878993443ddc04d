# TC-CLIP, fully supervised on Kinetics-400, tested with 4 clips x 3 crops.
_base_ = ['_base_/models/tc_clip.py', '_base_/protocols/fully_supervised.py']
model = dict(cls_head=_base_.class_texts)
