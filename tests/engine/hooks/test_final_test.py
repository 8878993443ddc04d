"""A test when a training ends."""
from pathlib import Path
from types import SimpleNamespace

import pytest
from mmaction.registry import HOOKS


@pytest.mark.parametrize('best', ['best_acc_top1_epoch_3.pth', None])
def test_the_best_epoch_is_tested(tmp_path, best):
    calls = []
    page = HOOKS.build(dict(type='RunPageHook'))
    runner = SimpleNamespace(
        work_dir=str(tmp_path),
        hooks=[page, HOOKS.build(dict(type='ClassReportHook'))],
        message_hub=SimpleNamespace(
            runtime_info=dict(best_ckpt=best) if best else {}),
        load_checkpoint=lambda path, map_location: calls.append(path),
        test=lambda: calls.append('test'))
    hook = HOOKS.build(dict(type='FinalTestHook'))
    hook.after_train(runner)
    assert calls == ([best] if best else []) + ['test']
    assert page.enable and page.out_dir == Path(tmp_path) / 'report'
    assert page.checkpoint == (best or 'the last epoch')
