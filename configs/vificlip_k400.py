# ViFi-CLIP by the same recipe.
_base_ = 'tcclip_k400.py'
model = {{_base_.vifi_clip}}
test_cfg = dict(method='ViFi-CLIP')
