# The text feature, not the prompts, reads the context tokens.
_base_ = '../zero_shot.py'
model = dict(
    cls_head=dict(prompt_layers=[], fusion=dict(type='VisionTextFusion')))
