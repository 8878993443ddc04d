# TC-CLIP, base-to-novel on UCF-101, names rephrased by a language model.
# docs/data.md says where these names come from.
_base_ = 'tcclip_ucf101.py'
work_dir = 'work_dirs/base_to_novel/tcclip_ucf101_llm_list{{$LIST_SEED:1}}'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/llm/ucf_101_base.json'))
test_cfg = dict(
    rephrased=True,
    label_file='{{ fileDirname }}/../labels/llm/{labels}_{split}.json')
