# The zero-shot recipe that rows of the ablation tables inherit.
# The environment variable BASE names another config in its place.
_base_ = '{{$BASE:../zero_shot/tcclip_k400.py}}'
