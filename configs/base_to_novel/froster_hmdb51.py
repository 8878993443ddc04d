# FROSTER, base-to-novel on HMDB-51, training list LIST_SEED.
_base_ = [
    '../_base_/models/froster.py',
    '../_base_/protocols/base_to_novel_hmdb51.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/base_to_novel/froster_hmdb51_list{{$LIST_SEED:1}}'
_base_.update(
    with_recipe(_base_, num_frames=8, num_clips=3, total=32, rephrased=True))
