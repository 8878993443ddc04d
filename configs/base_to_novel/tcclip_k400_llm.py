# Class names rephrased by a language model, see docs/data.md.
_base_ = 'tcclip_k400.py'
run = '{{ fileBasenameNoExtension }}_list{{$LIST_SEED:1}}'
work_dir = f'work_dirs/base_to_novel/{run}'
labels = '{{ fileDirname }}/../labels/llm'
model = dict(cls_head=dict(class_names=f'{labels}/kinetics_400_base.json'))
test_cfg = dict(
    rephrased=True, label_file=f'{labels}/{{labels}}_{{split}}.json')
