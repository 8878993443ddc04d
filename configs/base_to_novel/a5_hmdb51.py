# A5, base-to-novel on HMDB-51, training list LIST_SEED.
# ViFi-CLIP's authors measured it; their recipe is not published.
_base_ = [
    '../_base_/models/a5.py', '../_base_/protocols/base_to_novel_hmdb51.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/base_to_novel/a5_hmdb51_list{{$LIST_SEED:1}}'
_base_.update(with_recipe(_base_, num_frames=32))
