"""Gives SegmentSample the name and the options that MMAction2's tools know."""
from ..registry import TRANSFORMS
from .segment_sample import SegmentSample, check_counts


@TRANSFORMS.register_module()
class SampleFrames(SegmentSample):
    """Samples frames from equal segments, with MMAction2's names of options.

    MMAction2's tools and demos find the step that samples frames by the name
    ``SampleFrames``, read its ``clip_len`` and ``num_clips``, and change or
    replace it. ``_scope_`` selects this class rather than MMAction2's.

    Keys are those of :class:`SegmentSample`.

    Args:
        clip_len: frames of a view, ``num_frames`` of :class:`SegmentSample`.
        num_clips: views of a video, its ``num_views``.
        test_mode: whether the frames are fixed rather than drawn.
        random_views: whether, in testing, each view is a draw by the rule of
            training.
        twice_sample: only False, which MMAction2's tools write.

    Raises:
        ValueError: a number is below 1, or ``twice_sample`` is set.

    Example:
        >>> step = dict(
        ...     type='SampleFrames', _scope_='projects.tc_clip',
        ...     clip_len=16, num_clips=4, test_mode=True)
    """

    def __init__(self,
                 *,
                 clip_len: int,
                 num_clips: int = 1,
                 test_mode: bool = False,
                 random_views: bool = False,
                 twice_sample: bool = False) -> None:
        check_counts(clip_len=clip_len, num_clips=num_clips)
        if twice_sample:
            raise ValueError(
                'twice_sample=True samples frames of a video a second time '
                'for TSM, which segments do not: set num_clips to the number '
                'of views instead.')
        super().__init__(
            num_frames=clip_len,
            num_views=num_clips,
            test_mode=test_mode,
            random_views=random_views)

    def __repr__(self) -> str:
        return (f'{self.__class__.__name__}(clip_len={self.num_clips}, '
                f'num_clips={self.num_views}, test_mode={self.test_mode}, '
                f'random_views={self.random_views})')
