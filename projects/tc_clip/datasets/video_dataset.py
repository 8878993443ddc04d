"""MMAction2's VideoDataset with a stricter reader of lists."""
import os.path as osp
from typing import Any, Dict, List, Optional

from mmaction.datasets import VideoDataset as StockVideoDataset
from mmengine.registry import DefaultScope

from ..models.text.class_names import load_class_names
from ..models.text.class_texts import Names
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
        class_names: class names, or a file of them, which say how many classes
            there are; for ``multi_class``, in place of ``num_classes``.
        **kwargs: further options of it.

    Raises:
        ValueError: a line of the list is wrong, see :func:`read_video_list`.

    Example:
        >>> dataset = dict(
        ...     type='VideoDataset', _scope_='projects.tc_clip',
        ...     ann_file='train.txt', pipeline=[])
    """

    def __init__(self,
                 *args: Any,
                 class_names: Optional[Names] = None,
                 **kwargs: Any) -> None:
        if class_names is not None:
            kwargs['num_classes'] = len(load_class_names(class_names))
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

    def __getitem__(self, idx: int) -> Any:
        """Returns a video; in training, another one if it cannot be read.

        Args:
            idx: number of the video.

        Raises:
            ValueError: none of many videos can be read.
        """
        try:
            return super().__getitem__(idx)
        except Exception as error:
            # MMEngine says this of the last of `max_refetch` videos
            if 'Cannot find valid image' not in str(error):
                raise
            file = self.get_data_info(idx)['filename']
            raise ValueError(
                f'{self.ann_file}: none of {self.max_refetch} videos that '
                f'were drawn can be read, such as {file}: correct data_prefix '
                'of the data set, or the paths of the list') from error

    def get_cat_ids(self, idx: int) -> List[int]:
        """Returns the labels of a video, for samplers that balance classes.

        Args:
            idx: number of the video.
        """
        label = self.get_data_info(idx)['label']
        # several labels are 0 or 1 for each class: (C, )
        return label.nonzero()[:, 0].tolist() if self.multi_class else [label]
