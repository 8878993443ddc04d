# Few-shot on Something-Something v2.
_base_ = ['few_shot.py', '../datasets/ssv2.py']
train_pipeline = [
    step for step in _base_.train_pipeline
    if step.type not in _base_.ssv2.dropped_steps
]
train_dataloader = dict(
    dataset=dict(data_root=_base_.ssv2.data_root, pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(data_root=_base_.ssv2.data_root, ann_file='val.txt'))
test_dataloader = val_dataloader
class_texts = _base_.ssv2.class_texts
test_cfg = dict(
    class_names=class_texts['class_names'],
    test_sets=[dict(data_set=_base_.ssv2.test_set.data_set, split='val')])
