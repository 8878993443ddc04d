# TC-CLIP with ViT-L/14 at 336 pixels on Kinetics-400, trained by FSDP.
# GPUs divide weights, gradients and states of the optimiser among them, and
# compute blocks again when their gradients are needed.
_base_ = 'tcclip_vit-l14-336_k400.py'
runner_type = 'ShardedRunner'
strategy = dict(type='ShardedStrategy', activation_checkpointing=True)
