# Few-shot on UCF-101.
_base_ = ['few_shot.py', '../datasets/ucf101.py']
train_dataloader = dict(dataset=dict(data_root=_base_.ucf101.data_root))
val_dataloader = dict(dataset=dict(data_root=_base_.ucf101.data_root))
test_dataloader = val_dataloader
class_texts = _base_.ucf101.class_texts
test_cfg = dict(
    class_names=class_texts['class_names'],
    test_sets=[dict(data_set=_base_.ucf101.test_set.data_set, split='1')])
