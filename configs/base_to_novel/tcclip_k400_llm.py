# TC-CLIP, base-to-novel on Kinetics-400, names rephrased by a language model.
# docs/data.md says where these names come from.
_base_ = 'tcclip_k400.py'
work_dir = 'work_dirs/base_to_novel/tcclip_k400_llm_list{{$LIST_SEED:1}}'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/llm/kinetics_400_base.json'))
test_cfg = dict(
    rephrased=True,
    label_file='{{ fileDirname }}/../labels/llm/{labels}_{split}.json')
