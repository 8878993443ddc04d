_base_ = '../zero_shot.py'
model = {{_base_.vifi_clip}}
