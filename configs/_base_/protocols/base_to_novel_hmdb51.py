# Base-to-novel on HMDB-51.
_base_ = ['base_to_novel.py', '../datasets/hmdb51.py']
train_dataloader = dict(dataset=dict(data_root=_base_.hmdb51.data_root))
val_dataloader = dict(dataset=dict(data_root=_base_.hmdb51.data_root))
class_texts = dict(
    _base_.hmdb51.class_texts,
    class_names=_base_.test_cfg.label_file.format(
        split='base', **_base_.hmdb51.test_set))
test_cfg = dict(common=_base_.hmdb51.test_set)
