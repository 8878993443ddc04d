# Starts from the weights of zero_shot/tcclip_k400.py that CHECKPOINT names.
_base_ = 'tcclip_hmdb51.py'
work_dir = 'work_dirs/few_shot/{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
load_from = '{{$CHECKPOINT:work_dirs/zero_shot/tcclip_k400/epoch_10.pth}}'
test_cfg = dict(method='TC-CLIP from K400')
