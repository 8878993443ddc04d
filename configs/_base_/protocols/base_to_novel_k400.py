# Base-to-novel on Kinetics-400.
_base_ = ['base_to_novel.py', '../datasets/k400.py']
train_dataloader = dict(dataset=dict(data_root=_base_.k400.data_root))
val_dataloader = dict(dataset=dict(data_root=_base_.k400.data_root))
class_texts = dict(
    _base_.k400.class_texts,
    class_names=_base_.test_cfg.label_file.format(
        split='base', **_base_.k400.test_set))
test_cfg = dict(common=_base_.k400.test_set)
