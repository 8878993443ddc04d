# TC-CLIP, base-to-novel on Something-Something v2, from zero-shot weights.
# CHECKPOINT names weights of zero_shot/tcclip_k400.py.
_base_ = 'tcclip_ssv2.py'
work_dir = ('work_dirs/base_to_novel/'
            'tcclip_ssv2_from_k400_list{{$LIST_SEED:1}}')
load_from = '{{$CHECKPOINT:work_dirs/zero_shot/tcclip_k400/epoch_10.pth}}'
test_cfg = dict(method='TC-CLIP from K400')
