# TC-CLIP with ViT-L/14 at 336 pixels, trained by FSDP: several GPUs divide
# weights, gradients and optimiser among them, and blocks are computed again
# when their gradients are needed.
_base_ = 'tcclip_vit-l14-336_k400.py'
runner_type = 'ShardedRunner'
strategy = dict(
    type='ShardedStrategy',
    activation_checkpointing=dict(check_fn='is_transformer_block'))
