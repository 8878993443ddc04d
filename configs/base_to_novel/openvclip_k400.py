# Open-VCLIP, base-to-novel on Kinetics-400, training list LIST_SEED.
# FROSTER's authors measured it; the batch and no CLIP in tests are guesses.
_base_ = [
    '../_base_/models/open_vclip.py',
    '../_base_/protocols/base_to_novel_k400.py'
]
from projects.tc_clip.datasets.recipes import with_recipe

work_dir = 'work_dirs/base_to_novel/openvclip_k400_list{{$LIST_SEED:1}}'
_base_.update(with_recipe(_base_, num_frames=8, num_clips=3))
