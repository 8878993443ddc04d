# ViFi-CLIP by the same recipe.
_base_ = 'tcclip_hmdb51.py'
run = '{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
work_dir = f'work_dirs/few_shot/{run}'
model = {{_base_.vifi_clip}}
test_cfg = dict(method='ViFi-CLIP')
