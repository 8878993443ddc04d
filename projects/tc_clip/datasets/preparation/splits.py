"""Splits videos into a training and a validation part."""
import random
from collections import defaultdict
from typing import Dict, List, NamedTuple, Sequence, Set, Tuple

from .own_videos import OwnVideo

_DRAWS = 200


class Split(NamedTuple):
    """Two parts of some videos.

    Attributes:
        train: the videos to train on.
        val: the videos to validate on.
    """
    train: List[OwnVideo]
    val: List[OwnVideo]


def _labels(videos: Sequence[OwnVideo]) -> Set[str]:
    """Returns the classes of videos."""
    return {label for video in videos for label in video.labels}


def _by_class(videos: Sequence[OwnVideo], share: float,
              rng: random.Random) -> Split:
    """Draws a share of each class, at least one video of two or more."""
    classes: Dict[Tuple[str, ...], List[OwnVideo]] = defaultdict(list)
    for video in videos:
        classes[video.labels].append(video)
    split = Split([], [])
    for _, members in sorted(classes.items()):
        rng.shuffle(members)
        count = max(1, round(share * len(members)))
        count = min(count, len(members) - 1)
        split.val.extend(members[:count])
        split.train.extend(members[count:])
    return split


def _by_group(videos: Sequence[OwnVideo], share: float,
              rng: random.Random) -> Split:
    """Draws whole groups until the share is met as well as it can be."""
    groups: Dict[str, List[OwnVideo]] = defaultdict(list)
    for video in videos:
        groups[video.group].append(video)
    target = share * len(videos)
    names = sorted(groups)
    rng.shuffle(names)
    chosen: List[str] = []
    count = 0
    for name in names[:-1]:  # one group at least is trained on
        nearer = abs(count + len(groups[name]) - target) < abs(count - target)
        if nearer or not chosen:
            chosen.append(name)
            count += len(groups[name])
    return Split([v for v in videos if v.group not in chosen],
                 [v for v in videos if v.group in chosen])


def check_share(share: float) -> None:
    """Raises a ValueError unless a share is between 0 and 1."""
    if not 0 < share < 1:
        raise ValueError(f'--val-share {share} must be between 0 and 1')


def split_videos(videos: Sequence[OwnVideo], share: float, seed: int) -> Split:
    """Splits videos at random, so that no group is on both sides.

    Where no two videos share a group, each class gives the share of its
    videos. Otherwise whole groups are drawn 200 times, and the draw counts in
    which the fewest classes lack training videos, then validation videos, and
    whose share is nearest.

    Args:
        videos: the videos.
        share: share of the validation videos, between 0 and 1.
        seed: of the draw.

    Returns:
        Both parts, in the order of ``videos``.

    Raises:
        ValueError: the share is out of its range, all videos are one group, or
            a class has no training video.
    """
    check_share(share)
    groups = {video.group for video in videos}
    if len(groups) < 2:
        raise ValueError(f'all {len(videos)} videos are in one group, '
                         f'{min(groups)!r}: a split needs two or more')
    rng = random.Random(seed)
    if len(groups) == len(videos):
        split = _by_class(videos, share, rng)
    else:
        names = _labels(videos)
        split = min(
            (_by_group(videos, share, rng) for _ in range(_DRAWS)),
            key=lambda draw:
            (len(names - _labels(draw.train)), len(names - _labels(draw.val)),
             abs(len(draw.val) - share * len(videos))))
    absent = sorted(_labels(videos) - _labels(split.train))
    if absent:
        raise ValueError(
            f'{len(absent)} classes have no training video, such as '
            f'{absent[0]!r}: their videos are all in groups of the '
            'validation; add videos, or another --seed')
    order = {video.path: i for i, video in enumerate(videos)}
    return Split(*(sorted(part, key=lambda v: order[v.path])
                   for part in split))
