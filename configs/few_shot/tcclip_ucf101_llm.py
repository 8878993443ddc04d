# TC-CLIP, few-shot on UCF-101, names rephrased by a language model.
# docs/data.md says where these names come from.
_base_ = 'tcclip_ucf101.py'
work_dir = 'work_dirs/few_shot/tcclip_ucf101_llm_{{$SHOTS:16}}shot'
model = dict(
    cls_head=dict(class_names='{{ fileDirname }}/../labels/llm/ucf_101.json'))
test_cfg = dict(rephrased=True)
