# X-CLIP's message tokens beside TC-CLIP's context tokens and prompts.
_base_ = '../tcclip_k400.py'
work_dir = 'work_dirs/mix/message-tokens_tcclip_k400'
model = dict(backbone=dict(injection=dict(type='MessageTokens')))
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'backbone.injection': dict(lr_mult=10)}))
test_cfg = dict(method='TC-CLIP with message tokens')
