# The recipe of the rows below; BASE names another config.
_base_ = '{{$BASE:../few_shot/tcclip_hmdb51.py}}'
