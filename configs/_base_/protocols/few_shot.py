# SHOTS videos of each class: 2, 4, 8 or 16.
_base_ = [
    '../models/tcclip_vit-b16.py', '../datasets/videos.py',
    '../schedules/few_shot.py', '../default_runtime.py'
]
shots = '{{$SHOTS:16}}'
train_dataloader = dict(dataset=dict(ann_file=f'train_{shots}shot.txt'))
val_dataloader = dict(
    dataset=dict(
        ann_file='val_split1.txt', pipeline={{_base_.two_view_pipeline}}))
test_dataloader = val_dataloader
test_cfg = dict(
    type='ProtocolTestLoop', protocol='few_shot', facts=dict(shots=int(shots)))
