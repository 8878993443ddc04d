# The recipe of the rows below; BASE names another config.
_base_ = '{{$BASE:../zero_shot/tcclip_k400.py}}'
