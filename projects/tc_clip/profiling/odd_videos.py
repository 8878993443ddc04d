"""Makes small videos of the kinds that readers get wrong."""
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

import numpy as np

from ..datasets.rgb_frames import RGBConverter, import_av
from .reading import textured_frames

FRAMES, RATE = 90, 30
SIZE = 160, 128
_GROUP = 24  # frames from one key frame to the next
_UNIT = Fraction(1, 15360)
_X264: Dict[str, str] = {
    'preset': 'veryfast',
    'sc_threshold': '0',
    'threads': '1'
}
_OPEN = {**_X264, 'x264-params': 'open-gop=1:b-adapt=0'}
_X265 = {
    'preset': 'ultrafast',
    'x265-params': 'log-level=none:pools=1:open-gop=0'
}
Writer = Callable[[Path], None]


def encode(path: Path,
           codec: str = 'libx264',
           options: Optional[Dict[str, str]] = None,
           *,
           seconds: Optional[Sequence[float]] = None,
           pixels: str = 'yuv420p',
           b_frames: int = 3,
           size: Sequence[int] = SIZE,
           aspect: int = 1,
           sound: bool = False) -> None:
    """Encodes frames of a moving texture.

    Args:
        path: file to write; its suffix chooses the format.
        codec: name of FFmpeg's encoder.
        options: options of the encoder.
        seconds: when each frame is shown; None shows 90 frames at 30 fps.
        pixels: FFmpeg's name of the pixel format.
        b_frames: most frames in a row that refer to later ones.
        size: width and height.
        aspect: width of a pixel by its height.
        sound: whether to add silence that begins at second 0.

    Raises:
        ImportError: PyAV is not installed.
    """
    av = import_av()
    times = seconds or [i / RATE for i in range(FRAMES)]
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(
            codec, rate=RATE, options=_X264 if options is None else options)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        context = stream.codec_context
        context.gop_size, context.max_b_frames = _GROUP, b_frames
        context.sample_aspect_ratio = Fraction(aspect)
        if seconds is not None:
            context.time_base = _UNIT
        if sound:
            _silence(av, container)
        for packet in _packets(av, stream, times, pixels):
            container.mux(packet)


def _packets(av: Any, stream: Any, times: Sequence[float],
             pixels: str) -> Iterator[Any]:
    """Yields the packets of frames that are shown at given seconds."""
    width, height = stream.width, stream.height
    wide = max(width, 32)  # the texture needs 16 pixels
    frames = textured_frames(wide, height, len(times))
    unit = stream.codec_context.time_base or Fraction(1, RATE)
    for second, picture in zip(times, frames):
        picture = np.ascontiguousarray(picture[:, :width])
        frame = av.VideoFrame.from_ndarray(picture, 'rgb24')
        frame = frame.reformat(format=pixels)
        frame.pts, frame.time_base = round(second / unit), unit
        yield from stream.encode(frame)
    yield from stream.encode()


def _silence(av: Any, container: Any) -> None:
    """Adds a second of silence."""
    stream = container.add_stream('aac', rate=16000, layout='mono')
    for start in range(0, 16000, 1024):
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), 'fltp', 'mono')
        frame.sample_rate, frame.pts = 16000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def copy_from(source: Path, path: Path, start: float) -> None:
    """Cuts a video without encoding it again, as ``ffmpeg -ss -c copy`` does.

    Args:
        source: the video.
        path: file to write.
        start: second at which players begin. The file begins with the key
            frame before it, and hides what precedes ``start``.
    """
    av = import_av()
    with av.open(str(source)) as old, av.open(str(path), 'w') as new:
        video = old.streams.video[0]
        stream = new.add_stream_from_template(video)
        shift = int(start / video.time_base)
        packets = [p for p in old.demux(video) if p.size]
        first = max(i for i, p in enumerate(packets)
                    if p.is_keyframe and p.pts <= shift)
        for packet in packets[first:]:
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = stream
            new.mux(packet)


def set_matrix(path: Path, numbers: Sequence[int]) -> None:
    """Writes a display matrix into the only track of an MP4 file.

    Args:
        path: the file.
        numbers: a, b, c and d of the matrix; -1, 0, 0, 1 mirrors.
    """
    content = bytearray(path.read_bytes())
    place = content.index(b'tkhd') + 44
    a, b, c, d = (number << 16 for number in numbers)
    content[place:place + 36] = struct.pack('>9i', a, b, 0, c, d, 0, 0, 0,
                                            1 << 30)
    path.write_bytes(content)


def _edited(path: Path, **options: Any) -> None:
    """Writes a video with an edit list."""
    whole = path.with_name(f'.whole_{path.name}')
    encode(whole, **options)
    copy_from(whole, path, 1.)
    whole.unlink()


def _turned(path: Path, numbers: Sequence[int]) -> None:
    """Writes a video with a display matrix."""
    encode(path)
    set_matrix(path, numbers)


def _trimmed(path: Path) -> None:
    """Writes a video of which an edit list hides all after one second."""
    encode(path)
    content = bytearray(path.read_bytes())
    place = content.index(b'elst') + 12
    content[place:place + 4] = struct.pack('>I', 1000)
    path.write_bytes(content)


def _half(path: Path) -> None:
    """Writes the first half of a video."""
    encode(path, 'mpeg4', {'b': '4M'}, b_frames=0)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])


def _of(**options: Any) -> Writer:
    """Returns a function that encodes with the given options."""
    return lambda path: encode(path, **options)


def _slow_then_fast() -> List[float]:
    """Returns times of frames: 3 seconds at 1 fps, then 2 at 30 fps."""
    return [0., 1., 2.] + [3 + i / RATE for i in range(2 * RATE)]


# File name and what writes it.
KINDS: Dict[str, Writer] = {
    'h264.mp4':
    encode,
    'h264.mkv':
    encode,
    'hevc.mp4':
    _of(codec='libx265', options=_X265),
    'vp9.webm':
    _of(codec='libvpx-vp9', options={'deadline': 'realtime'}, b_frames=0),
    'av1.mp4':
    _of(codec='libsvtav1', options={'preset': '12'}, b_frames=0),
    'mpeg4.avi':
    _of(codec='mpeg4', options={}, b_frames=0),
    'mpeg4_b_frames.avi':
    _of(codec='mpeg4', options={}, b_frames=2),
    'h264.ts':
    encode,
    'mpeg2.mpg':
    _of(codec='mpeg2video', options={}, b_frames=2),
    'edit_list.mp4':
    _edited,
    'edit_list_at_the_end.mp4':
    _trimmed,
    'open_gop.mp4':
    _of(options=_OPEN),
    'open_gop.mkv':
    _of(options=_OPEN),
    'open_gop_edit_list.mp4':
    lambda path: _edited(path, options=_OPEN),
    'slow_then_fast.mp4':
    lambda path: encode(path, seconds=_slow_then_fast(), b_frames=0),
    'slow_then_fast_b_frames.mp4':
    lambda path: encode(path, seconds=_slow_then_fast()),
    'rotated.mp4':
    lambda path: _turned(path, (0, 1, -1, 0)),
    'mirrored.mp4':
    lambda path: _turned(path, (-1, 0, 0, 1)),
    'anamorphic.mp4':
    _of(aspect=2),
    'ten_bit.mp4':
    _of(pixels='yuv420p10le'),
    'ten_bit.mkv':
    _of(pixels='yuv420p10le'),
    'ten_bit_hevc.mkv':
    _of(codec='libx265', options={}, pixels='yuv420p10le'),
    'interlaced.mp4':
    _of(options={
        **_X264, 'flags': '+ilme+ildct',
        'x264-params': 'interlaced=1'
    }),
    'starts_at_5_s.mp4':
    lambda path: encode(
        path, seconds=[5 + i / RATE for i in range(FRAMES)], sound=True),
    'starts_at_5_s.mkv':
    lambda path: encode(
        path, seconds=[5 + i / RATE for i in range(FRAMES)], sound=True),
    'half.avi':
    _half,
    '8_pixels_wide.mp4':
    _of(size=(8, 48)),
    '72_pixels_wide.mp4':
    _of(size=(72, 48)),
}


def make_videos(folder: Path, names: Sequence[str] = ()) -> Iterator[Path]:
    """Writes videos, one of each kind.

    Args:
        folder: where to write them.
        names: keys of ``KINDS``; all if empty.

    Yields:
        The files.

    Raises:
        ImportError: PyAV is not installed.
    """
    for name in names or KINDS:
        KINDS[name](folder / name)
        yield folder / name


def decoded_by_ffmpeg(path: Path) -> List[np.ndarray]:
    """Decodes all frames of a video from its start to its end.

    Args:
        path: the file.

    Returns:
        RGB frames ``(H, W, 3)``, upright.

    Raises:
        ImportError: PyAV is not installed.
    """
    convert = RGBConverter()
    with import_av().open(str(path)) as container:
        return [convert(frame) for frame in container.decode(video=0)]
