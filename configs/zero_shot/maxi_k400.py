# MAXI, zero-shot from the videos of Kinetics-400 without their labels.
# train_maxi.txt has CLIP's pseudo labels of the videos that it is surest of;
# maxi/*.json hold words for each class and each video, see AddTextBag.
# tools/prepare_data.py pseudo-labels and text-bags write them: docs/data.md.
# Also tested with a fifth of CLIP's weights, which is the official figure.
_base_ = ['../_base_/models/maxi.py', '../_base_/protocols/zero_shot.py']
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/zero_shot/maxi_k400'
_base_.update(with_recipe(_base_, num_frames=16, num_clips=1))
words = f'{_base_.k400.data_root}/maxi'
train_pipeline = [
    *_base_.train_pipeline[:-1],
    dict(
        type='AddTextBag',
        class_names=_base_.class_texts['class_names'],
        class_words=f'{words}/class_words.json',
        video_words=f'{words}/video_words.json',
        bag_size=16),
    dict(type='PackActionInputs', meta_keys=('text_bag', ))
]
train_dataloader = dict(
    dataset=dict(ann_file='train_maxi.txt', pipeline=train_pipeline))
optim_wrapper = dict(optimizer=dict(lr=5e-6))
test_cfg = dict(clip_shares=(0., 0.2))
