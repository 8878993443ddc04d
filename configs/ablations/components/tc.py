_base_ = '../zero_shot.py'
model = dict(cls_head=dict(num_prompts=0, prompt_layers=[]))
