# TC-CLIP, zero-shot from Kinetics-400, names rephrased by a language model.
# docs/data.md says where these names come from.
_base_ = 'tcclip_k400.py'
work_dir = 'work_dirs/zero_shot/tcclip_k400_llm'
model = dict(
    cls_head=dict(
        class_names='{{ fileDirname }}/../labels/llm/kinetics_400.json'))
test_cfg = dict(
    rephrased=True, label_file='{{ fileDirname }}/../labels/llm/{labels}.json')
