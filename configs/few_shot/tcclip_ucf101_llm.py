# Class names rephrased by a language model, see docs/data.md.
_base_ = 'tcclip_ucf101.py'
work_dir = 'work_dirs/few_shot/{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
labels = '{{ fileDirname }}/../labels/llm'
model = dict(
    cls_head=dict(
        class_names=f'{labels}/ucf_101.json', split_camel_case=False))
test_cfg = dict(rephrased=True)
