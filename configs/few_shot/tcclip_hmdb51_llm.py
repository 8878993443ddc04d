# Class names rephrased by a language model, see docs/data.md.
_base_ = 'tcclip_hmdb51.py'
work_dir = 'work_dirs/few_shot/{{ fileBasenameNoExtension }}_{{$SHOTS:16}}shot'
labels = '{{ fileDirname }}/../labels/llm'
model = dict(cls_head=dict(class_names=f'{labels}/hmdb_51.json'))
test_cfg = dict(rephrased=True)
