"""Collects the videos, predictions and tokens of a run for its HTML page."""
import base64
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import cv2
import numpy as np

from ..evaluation.ranking import Guess
from .page_document import FORMAT, write_document
from .page_tally import Tally
from .token_maps import (DARK, TINT, group_colours, heat_colours,
                         share_of_maximum)
from .token_records import TokenMaps, ViewRecord

_QUALITY = 90  # of the frames, in percent


class PageVideo(NamedTuple):
    """The content of the page for a video.

    Attributes:
        name: its name in the list, with the folders that the list states.
        record: frames and token maps. Without layers only the frames are
            shown.
        guesses: the best classes, best first.
        labels: its labelled classes; empty if they are not known.
    """
    name: str
    record: ViewRecord
    guesses: Sequence[Guess]
    labels: Sequence[str] = ()


def write_page(path: Path,
               title: str,
               videos: Sequence[PageVideo],
               header: Mapping[str, Any],
               tally: Optional[Tally] = None) -> None:
    """Writes the page.

    Args:
        path: ``.html`` file; its folder is made.
        title: headline of the page, and name of the model.
        videos: videos to show, at least one.
        header: names and values below the headline.
        tally: counts of all tested videos; if None, of those to show.

    Raises:
        ValueError: there is no video.
    """
    if not videos:
        raise ValueError(f'{path}: there is no video to show')
    write_document(path, title, page_data(title, videos, header, tally))


def page_data(title: str,
              videos: Sequence[PageVideo],
              header: Mapping[str, Any],
              tally: Optional[Tally] = None) -> Dict[str, Any]:
    """Returns the data from which the script draws the page.

    Args:
        title: see :func:`write_page`.
        videos: see :func:`write_page`.
        header: see :func:`write_page`.
        tally: see :func:`write_page`.
    """
    if tally is None:
        tally = Tally()
        for video in videos:
            tally.add(video.labels, video.guesses[0].label)
    model = dict(
        name=title,
        header={
            name: str(value)
            for name, value in header.items()
        },
        tally=tally.to_dict())
    return dict(
        format=FORMAT,
        heat=_hex(heat_colours()),
        tint=TINT,
        dark=DARK,
        classes=tally.classes(),
        models=[model],
        videos=[_video(video) for video in videos])


def _video(video: PageVideo) -> Dict[str, Any]:
    """Returns the data from which the script draws a video."""
    record = video.record
    view = dict(
        guesses=[
            dict(label=guess.label, probability=guess.probability)
            for guess in video.guesses
        ],
        size=record.frames.shape[2:0:-1],  # width, height
        frames=[_image(frame) for frame in record.frames],
        times=None if record.times is None else
        [round(float(time), 3) for time in record.times],
        grid=record.layers[0].attention.shape[1:] if record.layers else None,
        layers=[_layer(layer) for layer in record.layers])
    return dict(name=video.name, labels=[*video.labels], views=[view])


def _layer(layer: TokenMaps) -> Dict[str, Any]:
    """Encodes the maps of a layer; attention as shares of its maximum."""
    share = share_of_maximum(layer.attention)
    encoded: Dict[str, Any] = dict(
        attention=_base64(np.rint(share * 255).astype(np.uint8)),
        most=float(layer.attention.max()),
        groups=None)
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
