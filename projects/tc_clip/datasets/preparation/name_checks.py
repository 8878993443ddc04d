"""Checks that the videos of a list bear the names of their classes.

Many data sets write the class into the names of files or folders:
``v_Archery_g01_c01.avi``, ``train/air_drumming/ID.mp4``. Two classes with
exchanged names then show; their number would not tell.
"""
import os
import re
from collections import Counter, defaultdict
from typing import Dict, List, Optional, Sequence, Tuple

from .annotations import Entry

# Names of HMDB-51 that the official lists and class names exchange.
PUBLISHED_EXCHANGES = {
    'kick': 'kick ball',
    'kick ball': 'kick',
    'sword': 'sword exercise',
    'sword exercise': 'sword'
}
_VIDEOS = 30  # of each class; more would tell nothing new
_MOST_WORDS = 12
_SHARE = 0.9


def _words(text: str) -> List[str]:
    """Returns the words of a text or a path in lower case."""
    return re.findall(r'[^\W_]+', text.lower())


def plain_name(name: str) -> str:
    """Returns a class name without the sentence that explains it.

    Args:
        name: class name, rephrased or not.

    Example:
        >>> plain_name('Kick ball: A person kicks a ball.')
        'Kick ball'
    """
    return name.partition(':')[0]


def class_in_path(path: str, labels: Dict[str, int]) -> Optional[int]:
    """Finds the class whose name a path holds; the longest name counts.

    Of two names of the same length, the one nearer to the end counts.

    Args:
        path: path of a video.
        labels: label of each name, whose words are joined.

    Returns:
        The label; None if the path holds no name.
    """
    words = _words(path)
    runs = (''.join(words[i:j]) for i in reversed(range(len(words)))
            for j in range(i + 1,
                           min(i + _MOST_WORDS, len(words)) + 1))
    found = max((run for run in runs if run in labels), key=len, default='')
    return labels.get(found)


def _borne_names(entries: Sequence[Entry],
                 names: Sequence[str]) -> Dict[int, int]:
    """Returns the class whose name the videos of each label bear.

    Folders that all videos share are left out, as they say nothing. So are
    labels whose videos do not agree.
    """
    labels = {
        ''.join(_words(plain_name(name))): label
        for label, name in enumerate(names)
    }
    shared = len(
        os.path.commonprefix([path.split('/')[:-1] for path, _ in entries]))
    found: Dict[int, Counter] = defaultdict(Counter)
    for path, label in entries:
        if sum(found[label].values()) < _VIDEOS:
            ending = '/'.join(path.split('/')[shared:])
            found[label][class_in_path(ending, labels)] += 1
    borne = {}
    for label, counts in sorted(found.items()):
        other, count = counts.most_common(1)[0]
        if other is not None and count >= _SHARE * sum(counts.values()):
            borne[label] = other
    return borne


def exchanged_classes(entries: Sequence[Entry],
                      names: Sequence[str]) -> List[Tuple[int, int]]:
    """Finds classes that have exchanged their names, two or more at a time.

    Args:
        entries: paths and labels.
        names: class names in the order of their labels.

    Returns:
        Pairs of a label and the label whose name its videos bear.
    """
    exchanged = {
        label: other
        for label, other in _borne_names(entries, names).items()
        if label != other
    }
    # a class can bear a name that its owner has kept: not an exchange
    while not {*exchanged.values()} <= {*exchanged}:
        exchanged = {a: b for a, b in exchanged.items() if b in exchanged}
    return [*exchanged.items()]


def check_names(entries: Sequence[Entry], names: Sequence[str],
                where: str) -> str:
    """Checks that a list numbers its classes as the class names do.

    Args:
        entries: paths and labels of the list.
        names: class names in the order of their labels.
        where: source of the names, for messages.

    Returns:
        A warning where names are exchanged as in the published experiments;
        otherwise ''.

    Raises:
        ValueError: the videos of a class bear the name of another class.
    """
    pairs = [(names[label], names[other])
             for label, other in exchanged_classes(entries, names)]
    if not pairs:
        return ''
    text = ', '.join(f'{plain_name(ours)!r} has the videos of '
                     f'{plain_name(theirs)!r}' for ours, theirs in pairs)
    # rephrased names hold a sentence, so that they are not in the table
    if all(PUBLISHED_EXCHANGES.get(ours) == other for ours, other in pairs):
        return (f'{where}: {text}, as in the official lists: see "Exchanged '
                'names" in docs/data.md')
    raise ValueError(
        f'{where}: {text}: take the list and the class names from the same '
        'source, see "Exchanged names" in docs/data.md')


def in_published_order(names: Sequence[str]) -> List[str]:
    """Exchanges the class names that the official lists exchange.

    Args:
        names: class names in the order of their labels.
    """
    return [
        other if
        (other := PUBLISHED_EXCHANGES.get(name, name)) in names else name
        for name in names
    ]
