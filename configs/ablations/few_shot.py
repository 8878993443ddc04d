# The few-shot recipe that rows of the ablation tables inherit.
# The environment variable BASE names another config in its place.
_base_ = '{{$BASE:../few_shot/tcclip_hmdb51.py}}'
