# TC-CLIP, fine-tuned on your own videos; rare classes come up more often.
# A class with less than this share of the videos is repeated sqrt(share / its
# share) times.
_base_ = 'tcclip.py'
work_dir = 'work_dirs/finetune/tcclip_balanced'
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ClassBalancedDataset',
        oversample_thr=0.1,
        dataset=_base_.train_dataloader.dataset))
