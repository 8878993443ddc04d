# Base-to-novel on Something-Something v2.
_base_ = ['base_to_novel.py', '../datasets/ssv2.py']
train_pipeline = [
    step for step in _base_.train_pipeline
    if step.type not in _base_.ssv2.dropped_steps
]
train_dataloader = dict(
    dataset=dict(data_root=_base_.ssv2.data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=_base_.ssv2.data_root))
class_texts = dict(
    _base_.ssv2.class_texts,
    class_names=_base_.test_cfg.label_file.format(
        split='base', **_base_.ssv2.test_set))
test_cfg = dict(common=_base_.ssv2.test_set)
