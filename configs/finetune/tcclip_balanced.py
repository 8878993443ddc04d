# TC-CLIP, fine-tuned on your own videos; all classes come up equally often.
_base_ = 'tcclip.py'
work_dir = 'work_dirs/finetune/tcclip_balanced'
train_dataloader = dict(sampler=dict(type='ClassBalancedSampler'))
