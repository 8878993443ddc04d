_base_ = '../zero_shot.py'
model = dict(
    cls_head=dict(prompt_layers=[], fusion=dict(type='VisionTextFusion')))
