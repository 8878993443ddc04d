# Base-to-novel on UCF-101.
_base_ = ['base_to_novel.py', '../datasets/ucf101.py']
train_dataloader = dict(dataset=dict(data_root=_base_.ucf101.data_root))
val_dataloader = dict(dataset=dict(data_root=_base_.ucf101.data_root))
class_texts = dict(
    _base_.ucf101.class_texts,
    class_names=_base_.test_cfg.label_file.format(
        split='base', **_base_.ucf101.test_set))
test_cfg = dict(common=_base_.ucf101.test_set)
