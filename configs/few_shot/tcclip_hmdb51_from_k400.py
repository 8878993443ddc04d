# TC-CLIP, few-shot on HMDB-51, from zero-shot weights.
# CHECKPOINT names weights of zero_shot/tcclip_k400.py.
_base_ = 'tcclip_hmdb51.py'
work_dir = 'work_dirs/few_shot/tcclip_hmdb51_from_k400_{{$SHOTS:16}}shot'
load_from = '{{$CHECKPOINT:work_dirs/zero_shot/tcclip_k400/epoch_10.pth}}'
test_cfg = dict(method='TC-CLIP from K400')
