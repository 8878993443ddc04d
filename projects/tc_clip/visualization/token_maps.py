"""Draws tokens over the frames of a clip: pure functions on arrays.

Legend: T frames of H x W pixels and of h x w patches.
"""
from functools import lru_cache

import cv2
import numpy as np

DARK = 0.3  # remaining brightness of patches that are not seeds
TINT = 0.6  # share of the colour in tinted pixels
_LEVELS = np.array([0, 51, 102, 153, 204, 255], np.uint8)


def _to_lab(colours: np.ndarray) -> np.ndarray:
    """Converts colours ``(n, 3)`` uint8 RGB to CIELAB, L in 0 to 100."""
    return cv2.cvtColor(colours[None].astype(np.float32) / 255,
                        cv2.COLOR_RGB2LAB)[0]


@lru_cache(maxsize=1)
def _palette() -> np.ndarray:
    """Returns vivid colours ``(n, 3)``, each far from all earlier ones."""
    grid = np.stack(np.meshgrid(*[_LEVELS] * 3), -1).reshape(-1, 3)
    lab = _to_lab(grid)
    # Dark or grey colours would look like patches that are not seeds.
    vivid = (lab[:, 0] > 40) & (np.hypot(lab[:, 1], lab[:, 2]) > 30)
    grid, lab = grid[vivid], lab[vivid]
    order = [int(lab[:, 1].argmax())]
    distance = np.full(len(lab), np.inf)
    for _ in range(len(lab) - 1):
        gap = np.linalg.norm(lab - lab[order[-1]], axis=1)
        distance = np.minimum(distance, gap)
        order.append(int(distance.argmax()))
    return grid[order]


def distinct_colours(count: int) -> np.ndarray:
    """Returns colours in an order in which the first ones differ most.

    Each colour is the farthest in CIELAB from all earlier ones. Colours repeat
    if ``count`` exceeds the palette (over 100 colours).

    Args:
        count: number of colours.

    Returns:
        ``(count, 3)`` uint8 RGB.
    """
    return np.resize(_palette(), (count, 3))


def group_colours(groups: np.ndarray) -> np.ndarray:
    """Chooses a colour for each context token, the same in all frames.

    Tokens with the most seeds get the most distinct colours.

    Args:
        groups: see :class:`TokenMaps`, ``(T, h, w)``.

    Returns:
        ``(k, 3)`` uint8 RGB, by the index of the token.
    """
    seeds = np.bincount(groups[groups >= 0])
    order = np.argsort(-seeds, kind='stable')
    colours = np.empty((len(seeds), 3), np.uint8)
    colours[order] = distinct_colours(len(seeds))
    return colours


def to_pixels(maps: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Repeats the value of each patch over its pixels.

    Args:
        maps: ``(T, h, w)``.
        frames: ``(T, H, W, 3)``.

    Returns:
        ``(T, H, W)``.
    """
    height, width = frames.shape[1:3]
    rows = np.arange(height) * maps.shape[1] // height
    columns = np.arange(width) * maps.shape[2] // width
    return maps[:, rows[:, None], columns]


def enlarge(frames: np.ndarray, side: int) -> np.ndarray:
    """Enlarges small frames, so that lines between patches stay fine.

    Args:
        frames: ``(T, H, W, 3)`` uint8.
        side: least number of pixels of the shorter side.

    Returns:
        Frames enlarged by a whole factor; unchanged if they are large enough.
    """
    factor = -(-side // min(frames.shape[1:3]))
    return frames.repeat(factor, 1).repeat(factor, 2)


def _grey(frames: np.ndarray) -> np.ndarray:
    """Returns frames without colour, float ``(T, H, W, 1)``."""
    return frames.mean(-1, keepdims=True)


def _borders(labels: np.ndarray) -> np.ndarray:
    """Returns where ``(T, H, W)`` differs from a neighbour in its frame."""
    framed = np.pad(labels, ((0, 0), (1, 1), (1, 1)), mode='edge')
    neighbours = (framed[:, :-2, 1:-1], framed[:, 2:, 1:-1],
                  framed[:, 1:-1, :-2], framed[:, 1:-1, 2:])
    return np.any([labels != other for other in neighbours], 0)


def _outlined(frames: np.ndarray, labels: np.ndarray, inside: np.ndarray,
              border: np.ndarray) -> np.ndarray:
    """Shows seeds as ``inside`` with a border, other patches in dark grey."""
    drawn = np.where(_borders(labels)[..., None], border, inside)
    is_seed = labels[..., None] >= 0
    return np.where(is_seed, drawn, DARK * _grey(frames)).astype(np.uint8)


def draw_seeds(frames: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Shows the seed tokens of each frame, with a white line around them.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        groups: ``(T, h, w)``, -1 where a patch is not a seed.

    Returns:
        Like ``frames``; patches that are not seeds are dark grey.
    """
    labels = np.minimum(to_pixels(groups, frames), 0)
    return _outlined(frames, labels, frames, np.full(1, 255, np.uint8))


def draw_groups(frames: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Shows which context token holds each seed token.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        groups: ``(T, h, w)``, the context token of each patch, or -1.

    Returns:
        Like ``frames``: each token's patches are tinted in its colour, with a
        border in that colour; patches that are not seeds are dark grey.
    """
    labels = to_pixels(groups, frames)
    colours = group_colours(groups)[labels]
    tinted = (1 - TINT) * _grey(frames) + TINT * colours
    return _outlined(frames, labels, tinted, colours)


def share_of_maximum(attention: np.ndarray) -> np.ndarray:
    """Divides attention ``(T, h, w)`` by its maximum over the whole clip."""
    return attention / max(float(attention.max()), np.finfo(np.float32).tiny)


def heat_colours() -> np.ndarray:
    """Returns colours from dark to bright, ``(256, 3)`` uint8 RGB.

    Equal steps look equally large, also in grey and to the colour-blind
    (matplotlib's "inferno").
    """
    levels = np.arange(256, dtype=np.uint8)[None]
    return cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[0, :, ::-1]


def draw_attention(frames: np.ndarray, attention: np.ndarray) -> np.ndarray:
    """Shows the attention of CLS tokens as colours from dark to bright.

    Args:
        frames: ``(T, H, W, 3)`` uint8 RGB.
        attention: ``(T, h, w)``. Its maximum over the whole clip is the
            brightest colour, so that frames can be compared.

    Returns:
        Like ``frames``.
    """
    share = share_of_maximum(attention)
    size = frames.shape[2], frames.shape[1]
    levels = np.stack([
        np.rint(cv2.resize(frame, size) * 255).astype(np.uint8)
        for frame in share
    ])  # (T, H, W)
    heat = heat_colours()[levels]
    return ((1 - TINT) * _grey(frames) + TINT * heat).astype(np.uint8)
