_base_ = '../few_shot.py'
model = {{_base_.vifi_clip}}
