# Prompts that read the context tokens: TC-CLIP.
_base_ = '../zero_shot.py'
