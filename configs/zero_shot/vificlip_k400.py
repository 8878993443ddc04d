# ViFi-CLIP by the same recipe.
_base_ = 'tcclip_k400.py'
run = '{{ fileBasenameNoExtension }}'
work_dir = f'work_dirs/zero_shot/{run}'
model = {{_base_.vifi_clip}}
test_cfg = dict(method='ViFi-CLIP')
