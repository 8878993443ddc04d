# Context tokens alone, with a fixed prompt.
_base_ = '../zero_shot.py'
model = dict(cls_head=_base_.fixed_prompt)
