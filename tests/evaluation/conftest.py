"""A score that tests change."""
from pathlib import Path

import pytest

from projects.tc_clip.evaluation import Score


@pytest.fixture
def score():
    """A zero-shot score on the first split of HMDB-51."""
    return Score(
        file=Path('a.json'),
        protocol='zero_shot',
        method='TC-CLIP',
        config='a.py',
        checkpoint='a.pth',
        seed=0,
        frames=16,
        views='2x1',
        clip_share=0.,
        data_set='HMDB-51',
        split='1',
        labels='a.csv',
        videos=10,
        top1=50.,
        top5=90.)
