"""Compares readers on videos of all kinds: right frames and processor time."""
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Sequence

import numpy as np

from ..datasets.pyav_reader import PyAVReader
from ..datasets.segment_sample import SegmentSample
from ..datasets.video_reader import VideoReader
from .odd_videos import decoded_by_ffmpeg, make_videos

Open = Callable[[str], Any]
# Releases of FFmpeg round the inverse transform of MPEG-4 in other ways.
_ROUNDING = 2


class Reading(NamedTuple):
    """What a reader made of a video.

    Attributes:
        right: frames that are those of FFmpeg.
        asked: frames that were asked for.
        seconds: processor time to open the video and read them.
        error: why the video was not read; '' if it was.
    """
    right: int
    asked: int
    seconds: float
    error: str = ''

    def __str__(self) -> str:
        if self.error:
            return 'error'
        return f'{self.right}/{self.asked}, {self.seconds * 1e3:.0f} ms'


def _open_decord(path: str) -> Any:
    """Opens a video with decord alone, as MMAction2 does."""
    from decord import VideoReader as Decord
    return Decord(path, num_threads=1)


class _Torchcodec:
    """A torchcodec decoder with the interface of the other readers."""

    def __init__(self, path: str) -> None:
        from torchcodec.decoders import VideoDecoder
        self.decoder = VideoDecoder(
            path, seek_mode='exact', dimension_order='NHWC')

    def __len__(self) -> int:
        """Returns the number of frames."""
        return len(self.decoder)

    def __getitem__(self, index: int) -> Any:
        """Returns a frame."""
        return _Pixels(self.decoder[index].numpy())


class _Pixels(NamedTuple):
    """An array with the interface of a decord frame."""
    pixels: np.ndarray

    def asnumpy(self) -> np.ndarray:
        """Returns the array."""
        return self.pixels


READERS: Dict[str, Open] = {
    'decord alone': _open_decord,
    'SafeDecordInit': VideoReader,
    'SafePyAVInit': PyAVReader,
    'torchcodec': _Torchcodec,
}


def sampled(count: int, views: int) -> List[int]:
    """Returns the frames that 16 frames of some views read, each once.

    Args:
        count: frames of the video.
        views: number of views.
    """
    sample = SegmentSample(num_frames=16, num_views=views, test_mode=True)
    found = sample(dict(total_frames=count, start_index=0))
    return np.unique(found['frame_inds']).tolist()


def read_all(open_video: Open, path: Path, truth: Sequence[np.ndarray],
             runs: int) -> Reading:
    """Reads the frames of one view and of four views of a video.

    Args:
        open_video: opens a video of a given name.
        path: the video.
        truth: all frames of the video.
        runs: measurements, of which the median counts.
    """
    right, asked, spent = 0, 0, []
    for views in [1] + [4] * runs:
        begin = time.process_time()
        try:
            reader = open_video(str(path))
            places = sampled(len(reader), views)
            frames = [reader[i].asnumpy() for i in places]
        except Exception as error:  # whatever a reader raises is its result
            return Reading(0, 0, 0., f'{type(error).__name__}: {error}')
        spent.append(time.process_time() - begin)
        if len(spent) <= 2:
            asked += len(places)
            right += sum(
                is_same(frame, truth, i) for i, frame in zip(places, frames))
    return Reading(right, asked, statistics.median(spent[1:]))


def is_same(frame: np.ndarray, truth: Sequence[np.ndarray],
            index: int) -> bool:
    """Returns whether a frame is the given one of a video.

    Args:
        frame: ``(H, W, 3)``.
        truth: all frames of the video.
        index: place of the frame.
    """
    if index >= len(truth) or frame.shape != truth[index].shape:
        return False
    difference = frame.astype(int) - truth[index]
    return int(np.abs(difference).max()) <= _ROUNDING


def available() -> Dict[str, Open]:
    """Returns the readers whose libraries are installed."""
    found = dict(READERS)
    try:
        import torchcodec  # noqa: F401
    except (ImportError, RuntimeError):
        del found['torchcodec']
    return found


def reader_table(runs: int = 3, videos: Sequence[Path] = ()) -> Iterator[str]:
    """Compares readers by the frames that they read of videos.

    Args:
        runs: measurements of each video.
        videos: files to read; one of each kind is made if there are none.

    Yields:
        Lines of a Markdown table.

    Raises:
        ImportError: PyAV is not installed.
    """
    readers = available()
    yield '| file | frames | ' + ' | '.join(readers) + ' |'
    yield '| --- ' * (2 + len(readers)) + '|'
    with TemporaryDirectory() as folder:
        for path in videos or make_videos(Path(folder)):
            truth = decoded_by_ffmpeg(path)
            cells = [
                str(read_all(open_video, path, truth, runs))
                for open_video in readers.values()
            ]
            yield f'| {path.name} | {len(truth)} | ' + ' | '.join(cells) + ' |'
