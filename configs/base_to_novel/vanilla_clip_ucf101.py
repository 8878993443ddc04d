# CLIP without training on base and novel classes of UCF-101.
_base_ = 'vificlip_ucf101.py'
work_dir = 'work_dirs/base_to_novel/vanilla_clip_ucf101_list{{$LIST_SEED:1}}'
model = dict(cls_head=dict(prompt_init=None, full_stop=''), trainable=[])
test_cfg = dict(method='Vanilla CLIP')
