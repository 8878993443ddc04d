# CLIP without training, zero-shot: single frames, bare class names.
# tools/convert_weights.py openai openai clip.pth; tools/test.py ... clip.pth
_base_ = 'vificlip_k400.py'
work_dir = 'work_dirs/zero_shot/vanilla_clip'
model = dict(cls_head=dict(prompt_init=None, full_stop=''), trainable=[])
test_cfg = dict(method='Vanilla CLIP', clip_shares=(0., ))
