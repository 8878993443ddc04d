"""The report of a test by class."""
import csv
import logging
from types import SimpleNamespace

import torch
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample


def sample(name, label, scores):
    found = ActionDataSample().set_gt_label(label)
    found.set_pred_score(torch.tensor(scores))
    found.set_field(name, 'filename', field_type='metainfo')
    return found


def test_report(tmp_path, caplog):
    runner = SimpleNamespace(
        work_dir=str(tmp_path),
        logger=logging.getLogger('test'),
        model=SimpleNamespace(
            cls_head=SimpleNamespace(class_names=['walk', 'run'])),
        test_dataloader=SimpleNamespace(dataset=range(3)))
    hook = HOOKS.build(dict(type='ClassReportHook'))
    batches = [[sample('a', 0, [0.7, 0.3]),
                sample('b', 0, [0.2, 0.8])], [sample('c', 1, [0.4, 0.6])]]
    for _ in range(2):  # a second test begins anew
        hook.before_test_epoch(runner)
        for i, outputs in enumerate(batches):
            hook.after_test_iter(runner, i, outputs=outputs)
        with caplog.at_level('INFO', 'test'):
            hook.after_test_epoch(runner)
    assert '1 of 3 videos are wrong' in caplog.text
    _, *mistakes = csv.reader((tmp_path / 'report/mistakes.csv').open())
    assert mistakes == [['b', 'walk', 'run', '0.8000']]
