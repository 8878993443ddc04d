"""Words for bags of texts: those of classes and those of videos (MAXI)."""
import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from ...models.text.class_names import read_json
from ...models.text.descriptors import load_word_lists
from .video_files import stem_of


def clean_words(words: Iterable[str], name: str = '') -> List[str]:
    """Returns words as a bag takes them, each once.

    Blanks and full stops around words go, because texts end in one; so do
    words that are empty or the class name, whatever their case.

    Args:
        words: words or phrases.
        name: the class name.
    """
    tidy = (' '.join(word.split()).strip(' .') for word in words)
    return [
        *dict.fromkeys(
            word for word in tidy if word and word.lower() != name.lower())
    ]


def class_words(file: Path, names: Sequence[str]) -> List[List[str]]:
    """Reads the words of each class.

    Args:
        file: ``.json`` object to lists of words from class names, or from
            class ids.
        names: class names.

    Returns:
        For each class its words, without the class name.

    Raises:
        ValueError: the file is malformed, lacks a class, or has others.
    """
    pairs = _read(file)
    found = dict(pairs)
    if {*found} & {*names}:
        wrong = sorted({*found} ^ {*names})
        if wrong or len(pairs) > len(found):
            raise ValueError(
                f'{file} needs a list for each class name, and each once; '
                f'{len(wrong)} names are only in one of both: {wrong[:5]}')
        lists = load_word_lists([found[name] for name in names])
    else:
        lists = load_word_lists(file)
        if len(lists) != len(names):
            raise ValueError(f'{file} has words of {len(lists)} classes, but '
                             f'there are {len(names)} class names')
    return [clean_words(words, name) for words, name in zip(lists, names)]


def _read(file: Path) -> List[Tuple[str, Any]]:
    """Reads a JSON object as pairs."""
    if not file.is_file():
        raise ValueError(f'{file} is not there: correct the path')
    return read_json(file.read_text('utf-8-sig'), file)


def video_texts(file: Path) -> Dict[str, List[str]]:
    """Reads words or captions of videos.

    Args:
        file: ``.json`` object from videos, with or without folder and suffix,
            to a text or a list of texts.

    Returns:
        Texts by the name of the video without folder and suffix.

    Raises:
        ValueError: the file is malformed, or names a video twice.
    """
    texts: Dict[str, List[str]] = {}
    for path, value in _read(file):
        stem = stem_of(path)
        if stem in texts:
            raise ValueError(f'{file} has several entries of the video '
                             f'{stem!r}: join them')
        texts[stem] = _as_texts(value, f'{file}: {path!r}')
    return texts


def _as_texts(value: Any, where: str) -> List[str]:
    """Returns a text or a list of texts as a list."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(
            isinstance(text, str) for text in texts):
        raise ValueError(f'{where} needs a text or a list of texts, but has '
                         f'{json.dumps(value)}')
    return texts


def video_words(paths: Sequence[str],
                sources: Sequence[Mapping[str, Sequence[str]]],
                allow_missing: bool = False) -> Dict[str, List[str]]:
    """Joins the words that several sources have for each video.

    Args:
        paths: videos of the training list.
        sources: words by the videos' names, see :func:`video_texts`.
        allow_missing: whether a video that no source has gets no words.

    Returns:
        For each video its words, which may be none.

    Raises:
        ValueError: two videos have the same name, or a video has no entry.
    """
    stems = {Path(path).stem: path for path in paths}  # keys of AddTextBag
    if len(stems) < len(paths):
        twice, _ = Counter(Path(path).stem for path in paths).most_common(1)[0]
        raise ValueError(f'several videos have the name {twice!r}')
    missing = [stems[s] for s in stems if not any(s in x for x in sources)]
    if missing and not allow_missing:
        raise ValueError(
            f'{len(missing)} of {len(paths)} videos have no words and no '
            f'captions, such as {missing[0]}: add them, or give these videos '
            'no words by --allow-missing')
    joined = {s: [w for x in sources for w in x.get(s, ())] for s in stems}
    return {stem: clean_words(words) for stem, words in joined.items()}
