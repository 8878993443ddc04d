# TC-CLIP, few-shot on HMDB-51, names rephrased by a language model.
# docs/data.md says where these names come from.
_base_ = 'tcclip_hmdb51.py'
work_dir = 'work_dirs/few_shot/tcclip_hmdb51_llm_{{$SHOTS:16}}shot'
model = dict(
    cls_head=dict(class_names='{{ fileDirname }}/../labels/llm/hmdb_51.json'))
test_cfg = dict(rephrased=True)
