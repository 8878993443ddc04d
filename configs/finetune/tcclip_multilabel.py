# TC-CLIP, fine-tuned on your own videos, which have several labels each.
_base_ = 'tcclip.py'
from projects.tc_clip.datasets.recipes import with_several_labels

work_dir = 'work_dirs/finetune/tcclip_multilabel'
_base_.update(with_several_labels(_base_))
