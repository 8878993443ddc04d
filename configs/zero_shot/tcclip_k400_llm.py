# Class names rephrased by a language model, see docs/data.md.
_base_ = 'tcclip_k400.py'
work_dir = 'work_dirs/zero_shot/{{ fileBasenameNoExtension }}'
labels = '{{ fileDirname }}/../labels/llm'
model = dict(
    cls_head=dict(
        class_names=f'{labels}/kinetics_400.json', split_camel_case=False))
test_cfg = dict(rephrased=True, label_file=f'{labels}/{{labels}}.json')
