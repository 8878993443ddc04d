"""MMAction2's VideoDataset with a stricter reader of lists."""
import os.path as osp
from typing import Any, Dict, List

from mmaction.datasets import VideoDataset as StockVideoDataset
from mmengine.registry import DefaultScope

from ..registry import DATASETS
from .video_lists import read_video_list


@DATASETS.register_module()
class VideoDataset(StockVideoDataset):
    """Videos of a list ``path label``, whose wrong lines are named.

    Paths may contain spaces, and blank lines are skipped. In training each
    line needs a label; in testing a video without one has -1.
    It has the name of MMAction2's class, because MMAction2's tools look for
    that; ``_scope_`` selects this one.

    Args:
        *args: options of MMAction2's VideoDataset.
        **kwargs: further options of it.

    Raises:
        ValueError: a line of the list is wrong, see :func:`read_video_list`.

    Example:
        >>> dataset = dict(
        ...     type='VideoDataset', _scope_='projects.tc_clip',
        ...     ann_file='train.txt', pipeline=[])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # the steps of the pipeline are MMAction2's unless they say otherwise
        with DefaultScope.overwrite_default_scope('mmaction'):
            super().__init__(*args, **kwargs)

    def load_data_list(self) -> List[Dict[str, Any]]:
        """Reads the list."""
        videos = read_video_list(
            self.ann_file,
            self.delimiter,
            several=self.multi_class,
            labelled=not self.test_mode)
        folder = self.data_prefix['video'] or ''
        return [
            dict(
                filename=osp.join(folder, video.path),
                label=list(video.labels)
                if self.multi_class else video.labels[0]) for video in videos
        ]
