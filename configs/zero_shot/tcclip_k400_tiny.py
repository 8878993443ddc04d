# TC-CLIP, zero-shot from 150 videos of each class of Kinetics-400.
_base_ = 'tcclip_k400.py'
work_dir = 'work_dirs/zero_shot/tcclip_k400_tiny'
train_dataloader = dict(dataset=dict(ann_file='train_tiny.txt'))
test_cfg = dict(method='TC-CLIP from K400-tiny')
