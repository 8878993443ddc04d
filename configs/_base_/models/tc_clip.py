# TC-CLIP: ViT-B/16 with context tokens and video-conditional prompts.
model = dict(
    type='TCCLIPRecognizer',
    backbone=dict(
        type='TCCLIPViT',
        arch='ViT-B-16-quickgelu',
        pretrained='openai',
        num_frames=16,
        reference=dict(
            type='ContextTokens',
            num_tokens=96,
            seed_ratio=0.3,
            merge_step=100)),
    cls_head=dict(
        type='TCCLIPHead',
        num_prompts=4,
        prompt_init='a photo of a',
        prompt_layers=[-1],
        label_smooth_eps=0.1,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        # ImageNet's, as in the training of the official weights; not CLIP's.
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape='NCTHW',
        blending=dict(
            type='RandomBatchAugment',
            augments=[
                dict(type='CutmixBlending', alpha=1.0),
                dict(type='MixupBlending', alpha=0.8)
            ],
            probs=[0.5, 0.5])))

# For `cls_head`: the words of `prompt_init`, the same for all videos.
fixed_prompt = dict(num_prompts=0, prompt_layers=[])
# For `cls_head`: texts are class names as they are, or templates with them.
bare_names = dict(
    fixed_prompt, prompt_init=None, full_stop='', split_underscores=False)

# For `data_preprocessor`: the values of pixels that CLIP was trained with.
clip_pixels = dict(
    mean=[122.7709, 116.7460, 104.0937], std=[68.5005, 66.6322, 70.3232])
