# Class names rephrased by a language model, see docs/data.md.
_base_ = 'tcclip_ucf101.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
labels = '{{ fileDirname }}/../labels/llm'
model = dict(
    cls_head=dict(
        class_names=f'{labels}/ucf_101_base.json', split_camel_case=False))
test_cfg = dict(
    rephrased=True, label_file=f'{labels}/{{labels}}_{{split}}.json')
