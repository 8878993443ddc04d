# Context tokens and video-conditional prompts: TC-CLIP.
_base_ = '../zero_shot.py'
