"""All of MMAction2's recognition families with our backbone, or our head."""
import numpy as np
import pytest
import torch

from tests.small import ROOT
from tests.stock_configs import (EXTRA, FAMILIES, README, mixed_text,
                                 small_mixed, table, train_and_test,
                                 write_videos)

FAST = [('tower', 'TSN'), ('tower', 'TPN'), ('tower', 'TimeSformer'),
        ('head', 'UniFormerV2'), ('head', 'VideoMAE')]
ROWS = [
    pytest.param(
        direction,
        family,
        id=f'{direction}-{family}',
        marks=[] if (direction, family) in FAST else pytest.mark.slow)
    for direction in README for family in FAMILIES
]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder with two videos and their list."""
    path = tmp_path_factory.mktemp('mixing')
    write_videos(path)
    return path


@pytest.mark.parametrize('direction, family', ROWS)
def test_trains_validates_and_tests(direction, family, folder):
    if (direction, family) == ('head', 'TIN'):
        # its backbone needs the operations of mmcv, which mmcv-lite lacks
        pytest.importorskip('mmcv.ops')
    torch.manual_seed(0)
    loss, metrics, scores = train_and_test(
        small_mixed(direction, family, folder))
    assert np.isfinite(loss) and loss > 0
    assert 0 <= metrics['acc/top1'] <= metrics['acc/top5'] <= 1
    torch.testing.assert_close(
        torch.stack(scores).sum(1), torch.ones(2), rtol=0, atol=1e-5)


def test_most_families_need_no_further_lines():
    alone = [
        family for family in FAMILIES
        if not any((direction, family) in EXTRA for direction in README)
    ]
    assert len(FAMILIES) == 21 and len(alone) == 14


def test_documentation_shows_the_lines_that_are_tested():
    page = (ROOT / 'docs/mixing.md').read_text(encoding='utf-8')
    assert table() in page
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    for text in (*README.values(), *EXTRA.values()):
        assert text.strip() in page
    for text in README.values():
        assert text.strip() in readme


def test_config_is_what_a_user_writes():
    text = mixed_text('head', 'TRN')
    assert text.startswith("_base_ = 'mmaction::recognition/trn/trn_imagenet")
    assert "type='TCCLIPHead'" in text and 'DefaultOptimWrapper' in text
