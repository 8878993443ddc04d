"""A video that blocks its decoder."""
import time

import pytest
from torch.utils.data import DataLoader, Dataset

from projects.tc_clip.datasets.time_limit import time_limit


class Videos(Dataset):
    """Videos of which some take as many seconds as their name says."""

    def __init__(self, *seconds):
        self.seconds = seconds

    def __len__(self):
        return len(self.seconds)

    def __getitem__(self, index):
        with time_limit(f'{self.seconds[index]}.mp4', 2):
            time.sleep(self.seconds[index])
        return self.seconds[index]


def read(videos, **options):
    return [int(batch) for batch in DataLoader(videos, **options)]


def test_the_worker_names_the_video_and_ends(capfd):
    with pytest.raises(RuntimeError, match='exited unexpectedly'):
        read(Videos(0, 60, 0), num_workers=1)
    assert capfd.readouterr().err.startswith(
        '\n60.mp4 takes more than 2 s to read, so this loader worker ends')


def test_others_are_read_and_no_timer_stays():
    assert read(Videos(*[0] * 20), num_workers=1) == [0] * 20
    assert read(Videos(1, 0), num_workers=0) == [1, 0]
