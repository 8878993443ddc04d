"""Samples frames from equal segments of a video, in one or several views."""
from typing import Dict

import numpy as np
from mmaction.datasets.transforms import SampleFrames
from mmaction.registry import TRANSFORMS


def check_counts(**counts: int) -> None:
    """Raises a ValueError that names the first option below 1."""
    for name, value in counts.items():
        if value < 1:
            raise ValueError(f'{name} must be 1 or more, but is {value}.')


@TRANSFORMS.register_module()
class SegmentSample(SampleFrames):
    """Samples a frame from each of T equal segments, for each of V views.

    Training draws a frame of each segment by the rule of ``SampleFrames`` with
    ``clip_len=1, num_clips=T``: it rounds the length of a segment down, so the
    last ``total_frames % T`` frames are never drawn; and where the video has
    fewer than T frames, it repeats them in order, but the last places of a
    view may return to frame 0. In testing, view v takes the frame at ``(v +
    0.5) / V`` of every segment; one view is its centre, as in
    ``SampleFrames``. ``frame_inds`` holds the views one after the other, each
    in order of time, which ``FormatShape('NCTHW')`` turns into ``(V, C, T, H,
    W)``; a ``ThreeCrop`` before it makes its crops the outermost axis.

    Required keys:

        - total_frames
        - start_index
        - filename (optional, named in errors)

    Added keys:

        - frame_inds
        - clip_len (T)
        - num_clips (V)
        - frame_interval

    Args:
        num_frames: frames of a view, T.
        num_views: views of a video, V.
        test_mode: whether the frames are fixed rather than drawn.
        random_views: whether, in testing, each view is a draw by the rule of
            training, which is how the TC-CLIP authors evaluate several views.

    Raises:
        ValueError: ``num_frames`` or ``num_views`` is below 1; at the call, a
            video without frames.
    """

    def __init__(self,
                 *,
                 num_frames: int,
                 num_views: int = 1,
                 test_mode: bool = False,
                 random_views: bool = False) -> None:
        check_counts(num_frames=num_frames, num_views=num_views)
        super().__init__(clip_len=1, num_clips=num_frames, test_mode=test_mode)
        self.num_views = num_views
        self.random_views = random_views

    def transform(self, results: Dict) -> Dict:
        """Adds the indices of the sampled frames, ``(V * T, )``."""
        if results['total_frames'] < 1:
            raise ValueError(
                f'{results.get("filename", "The video")} has no frames: '
                'remove it from the list, or decode with SafeDecordInit.')
        results = super().transform(results)
        results['clip_len'] = self.num_clips
        results['num_clips'] = self.num_views
        return results

    def _sample_clips(self, num_frames: int,
                      ori_clip_len: float) -> np.ndarray:
        """Returns the frames of all views, ``(V * T, )``."""
        if self.test_mode and not self.random_views:
            return self._get_test_clips(num_frames, ori_clip_len)
        return np.concatenate([
            self._get_train_clips(num_frames, ori_clip_len)
            for _ in range(self.num_views)
        ])

    def _get_test_clips(self, num_frames: int,
                        ori_clip_len: float) -> np.ndarray:
        """Returns the fixed places of all views, ``(V * T, )``, unrounded."""
        length = num_frames / self.num_clips
        starts = np.arange(self.num_clips) * length
        shares = (np.arange(self.num_views) + 0.5) / self.num_views
        return (starts + shares[:, None] * length).reshape(-1)

    def __repr__(self) -> str:
        return (f'{self.__class__.__name__}(num_frames={self.num_clips}, '
                f'num_views={self.num_views}, test_mode={self.test_mode}, '
                f'random_views={self.random_views})')
