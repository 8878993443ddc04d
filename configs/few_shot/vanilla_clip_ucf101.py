# CLIP without training on UCF-101, a row of the few-shot table.
# SHOTS only says which column a test fills.
_base_ = 'vificlip_ucf101.py'
work_dir = 'work_dirs/few_shot/vanilla_clip_ucf101_{{$SHOTS:16}}shot'
model = dict(cls_head=dict(prompt_init=None, full_stop=''), trainable=[])
test_cfg = dict(method='Vanilla CLIP')
