"""Writes one self-contained HTML page of videos, predictions and tokens.

The page holds frames, predictions and token maps, and the script that draws
them. It loads no other file, so it can be opened from a disk or sent by mail.
"""
import base64
import json
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import cv2
import numpy as np

from ..evaluation.ranking import Guess
from .token_maps import DARK, TINT, group_colours, share_of_maximum
from .token_records import TokenMaps, ViewRecord

_QUALITY = 90  # of the frames, in percent


class PageVideo(NamedTuple):
    """The content of the page for a video.

    Attributes:
        name: its name in the list.
        record: frames and token maps. Without layers only the frames are
            shown.
        guesses: the best classes, best first.
        truth: its labelled class, if any.
    """
    name: str
    record: ViewRecord
    guesses: Sequence[Guess]
    truth: Optional[str] = None


def write_page(path: Path, title: str, videos: Sequence[PageVideo],
               header: Mapping[str, Any]) -> None:
    """Writes the page.

    Args:
        path: ``.html`` file; its folder is made.
        title: headline of the page.
        videos: videos to show, at least one.
        header: names and values below the headline.

    Raises:
        ValueError: there is no video.
    """
    if not videos:
        raise ValueError(f'{path}: there is no video to show')
    levels = np.arange(256, dtype=np.uint8)[None]
    heat = cv2.applyColorMap(levels, cv2.COLORMAP_TURBO)[0, :, ::-1]
    run = dict(
        header={
            name: str(value)
            for name, value in header.items()
        },
        heat=_hex(heat),
        tint=TINT,
        dark=DARK,
        videos=[_video(video) for video in videos])
    folder = Path(__file__).parent
    page = Template((folder / 'page.html').read_text('utf-8')).substitute(
        title=escape(title),
        style=(folder / 'page.css').read_text('utf-8'),
        script=(folder / 'page.js').read_text('utf-8'),
        # a name could contain the end tag of the element that holds the data
        run=json.dumps(run, ensure_ascii=False).replace('<', '\\u003c'))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding='utf-8')


def _video(video: PageVideo) -> Dict[str, Any]:
    """Returns the data from which the script draws a video."""
    layers = video.record.layers
    return dict(
        name=video.name,
        truth=video.truth,
        guesses=[
            dict(label=guess.label, probability=guess.probability)
            for guess in video.guesses
        ],
        frames=[_image(frame) for frame in video.record.frames],
        grid=layers[0].attention.shape[1:] if layers else None,
        layers=[_layer(layer) for layer in layers])


def _layer(layer: TokenMaps) -> Dict[str, Any]:
    """Encodes the maps of a layer; attention as shares of its maximum."""
    share = share_of_maximum(layer.attention)
    encoded: Dict[str, Any] = dict(
        attention=_base64(np.rint(share * 255).astype(np.uint8)), groups=None)
    if layer.groups is not None:
        encoded['groups'] = _base64(layer.groups.astype('<i2'))
        encoded['colours'] = _hex(group_colours(layer.groups))
    return encoded


def _image(frame: np.ndarray) -> str:
    """Encodes a frame ``(H, W, 3)`` RGB as the address of an image."""
    _, data = cv2.imencode('.webp', np.ascontiguousarray(frame[..., ::-1]),
                           [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return f'data:image/webp;base64,{_base64(data)}'


def _base64(values: np.ndarray) -> str:
    """Encodes the bytes of an array."""
    return base64.b64encode(values.tobytes()).decode()


def _hex(colours: np.ndarray) -> List[str]:
    """Writes colours ``(n, 3)`` as a style sheet does."""
    return [f'#{bytes(colour).hex()}' for colour in colours.astype(np.uint8)]
