"""A model, data and a runner that take milliseconds."""
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn


class LinearModel(BaseModel):
    """Linear regression in double precision."""

    def __init__(self):
        super().__init__()
        self.cls_head = nn.Linear(3, 1).double()
        nn.init.ones_(self.cls_head.weight)
        nn.init.zeros_(self.cls_head.bias)

    def forward(self, x, y, mode='tensor'):
        loss = (self.cls_head(x)[:, 0] - y).square().mean()
        return dict(loss=loss) if mode == 'loss' else [loss]


class Points(torch.utils.data.Dataset):
    """32 points, with what MMAction2's data sets tell about a video."""
    ann_file = 'points.txt'

    def __init__(self, labels=(0, )):
        generator = torch.Generator().manual_seed(0)
        self.x = torch.randn(32, 3, generator=generator, dtype=torch.float64)
        self.labels = labels

    def __len__(self):
        return len(self.x)

    def get_data_info(self, index):
        label = self.labels[index % len(self.labels)]
        return dict(filename=f'{index}.mp4', label=label)

    def __getitem__(self, index):
        return dict(x=self.x[index], y=self.x[index].sin().sum())


def loader(batch_size, labels):
    """Returns the options of a dataloader."""
    return dict(
        batch_size=batch_size,
        num_workers=0,
        collate_fn=dict(type='default_collate'),
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=Points(labels))


@pytest.fixture
def make_runner(tmp_path):
    """Makes a runner that trains, validates and tests a linear model."""

    def make_runner(name, batch_size=8, hooks=(), labels=None, epochs=2):
        labels = labels or {}
        evaluator = dict(
            type='DumpResults', out_file_path=str(tmp_path / 'out.pkl'))
        return Runner(
            LinearModel(),
            work_dir=str(tmp_path),
            experiment_name=name,
            train_dataloader=loader(batch_size, labels.get('train', (0, ))),
            val_dataloader=loader(8, labels.get('val', (0, ))),
            test_dataloader=loader(8, labels.get('test', (0, ))),
            val_evaluator=evaluator,
            test_evaluator=evaluator,
            train_cfg=dict(by_epoch=True, max_epochs=epochs, val_interval=9),
            val_cfg=dict(),
            test_cfg=dict(),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.05, momentum=0.9)),
            custom_hooks=list(hooks),
            default_hooks=dict(logger=None, runtime_info=None),
            default_scope='mmaction',
            log_level='ERROR')

    return make_runner
