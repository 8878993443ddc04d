# ViFi-CLIP by the same recipe.
_base_ = 'tcclip_k400.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
model = {{_base_.vifi_clip}}
test_cfg = dict(method='ViFi-CLIP')
