# Frames read context tokens, with a fixed prompt.
_base_ = '../few_shot.py'
model = dict(cls_head=_base_.fixed_prompt)
