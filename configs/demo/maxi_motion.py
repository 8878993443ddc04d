# MAXI on the demo's motions, with bags of words that we wrote.
# The pseudo labels are the true labels: an untrained CLIP would only guess. So
# this is MAXI's loss, and not a training without labels.
_base_ = ['../_base_/models/maxi.py', '../_base_/protocols/motion.py']
model = _base_.small_model
words = [
    ['moving', 'travelling', 'sliding', 'coming back'],
    ['growing', 'shrinking', 'breathing', 'swelling'],
    ['changing colour', 'fading', 'glowing', 'darkening'],
    ['staying', 'resting', 'waiting', 'standing still'],
]
train_pipeline = [
    *_base_.train_pipeline[:-1],
    dict(
        type='AddTextBag',
        class_names=_base_.small_model.cls_head.class_names,
        class_words=words,
        bag_size=16),
    dict(type='PackActionInputs', meta_keys=('text_bag', ))
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
