_base_ = '../few_shot.py'
model = dict(
    backbone=dict(
        local_global_bias=False,
        reference=dict(_delete_=True, type='CrossFrame')),
    cls_head=dict(num_prompts=0, prompt_layers=[]))
