"""Turns class names into the tokens of their texts."""
import logging
import re
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import (Callable, Dict, Iterator, List, NamedTuple, Sequence,
                    Tuple, Union)

import torch
from mmengine.logging import print_log
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor

from .class_names import load_class_names

LengthRuns = Tuple[Tuple[int, int], ...]
Names = Union[str, Sequence[str]]
# The suffix of a text from its number, its name's tokens, and the rest
Arrange = Callable[[int, List[int], List[int]], List[int]]


class ClassTokens(NamedTuple):
    """Token ids of the texts after the prompts, without padding.

    Attributes:
        ids: names, full stops and EOTs, one text after the other, short
            texts first ``(P, )``. Numbers below 0 stand for learned vectors,
            see :class:`PromptLearner`.
        runs: number of texts and tokens of each, for every length.
        text_of_class: index of each class's text ``(C, )``; with S wordings
            ``(S * C, )``, one wording after the other.
    """
    ids: Tensor
    runs: LengthRuns
    text_of_class: Tensor


@lru_cache(maxsize=1)
def clip_tokenizer() -> SimpleTokenizer:
    """Returns CLIP's tokenizer; reading its vocabulary takes a moment."""
    return SimpleTokenizer()


def readable_name(name: str,
                  split_camel_case: bool = False,
                  split_underscores: bool = True) -> str:
    """Separates the words of a name: ``'ski_jump'`` becomes ``'ski jump'``.

    Args:
        name: name in the data set.
        split_camel_case: whether to put a space before every capital letter,
            for names such as ``'ApplyEyeMakeup'`` (UCF-101). It breaks
            acronyms.
        split_underscores: whether to replace underscores by spaces.
    """
    if split_underscores:
        name = name.replace('_', ' ')
    return re.sub('([A-Z])', r' \1', name) if split_camel_case else name


def reworded(names: Sequence[str], wording: Names) -> List[str]:
    """Returns the class names in another wording.

    Args:
        names: the C class names.
        wording: ``'{} outdoors'``, with ``{}`` in the place of the name, or
            other names of the same classes in the same order, or their file.

    Raises:
        ValueError: it is neither, or the file has another number of names.
    """
    if isinstance(wording, str) and '{}' in wording:
        return [wording.replace('{}', name) for name in names]
    is_file = isinstance(wording, str) and ' ' not in Path(wording).suffix
    if isinstance(wording, str) and not (is_file and Path(wording).suffix):
        raise ValueError(f'The wording {wording!r} is not a file of '
                         'names and has no {} where the class name goes')
    others = load_class_names(wording)
    if len(others) != len(names):
        raise ValueError(
            f'{wording} has {len(others)} names for {len(names)} classes: it '
            'must name the same classes in the same order')
    return others


def warn_of_same_texts(names: Sequence[str], text_of_class: Tensor) -> None:
    """Warns of class names whose texts are the same, such as those of a case.

    Args:
        names: the C class names.
        text_of_class: see :class:`ClassTokens`, ``(S * C, )``.
    """
    if text_of_class.is_meta:  # a model without values
        return
    first: Dict[Tuple[int, ...], str] = {}
    # (S * C, ) -> C rows of the S texts of a class
    rows = text_of_class.view(-1, len(names)).t().tolist()
    for name, row in zip(names, rows):
        other = first.setdefault(tuple(row), name)
        if other != name:
            print_log(
                f'The classes {other!r} and {name!r} have the same text: they '
                'get the same score',
                logger='current',
                level=logging.WARNING)


def plain_suffix(text: int, name: List[int], rest: List[int]) -> List[int]:
    """Returns the tokens of a text as they are."""
    return [*name, *rest]


def tokenize_classes(texts: Sequence[str],
                     num_before: int,
                     context_length: int,
                     full_stop: str = '',
                     arrange: Arrange = plain_suffix) -> ClassTokens:
    """Tokenizes the text after the prompts, and EOT, for every class.

    Args:
        texts: class names, as words. Suffixes that are equal are there once.
        num_before: positions that SOS and the prompts take.
        context_length: positions that a text may have in all.
        full_stop: follows every text.
        arrange: called with the number of a text, the tokens of the name, and
            those of the full stop and EOT; returns the suffix of this text.

    Raises:
        ValueError: a class name is too long; names are not cut.
    """
    tokenizer = clip_tokenizer()
    place: Dict[Tuple[int, ...], int] = {}  # of each suffix, none twice
    row_of_text = []
    for i, text in enumerate(texts):
        ids = tokenizer.encode(text + full_stop)
        # a tokenizer may join a full stop to the end of a name
        size = len(tokenizer.encode(text)) if full_stop else len(ids)
        row = arrange(i, ids[:size], ids[size:] + [tokenizer.eot_token_id])
        length = num_before + len(row)
        if length > context_length:
            raise ValueError(
                f'The class text {text + full_stop!r} takes {length} of '
                f'{context_length} positions: shorten the name or raise '
                'context_length (77 at most in CLIP)')
        row_of_text.append(place.setdefault(tuple(row), len(place)))
    rows = [*place]
    # texts of equal length are neighbours, short ones first
    by_length = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    runs = groupby(len(rows[i]) for i in by_length)
    # the inverse of this order: the place of each row
    place_of_row = torch.tensor(by_length).argsort()
    return ClassTokens(
        torch.tensor([token for i in by_length for token in rows[i]]),
        tuple((len(list(same)), length) for length, same in runs),
        place_of_row[row_of_text])


def select_texts(tokens: ClassTokens, texts: Tensor) -> ClassTokens:
    """Returns the tokens of some texts.

    Args:
        tokens: those of all texts, on the CPU.
        texts: numbers of the texts ``(N, )``, which may repeat; a text that
            repeats is there once.
    """
    counts, lengths = torch.tensor(tokens.runs).unbind(1)
    length = lengths.repeat_interleave(counts)  # of every suffix
    start = length.cumsum(0) - length
    # increasing places keep short texts first
    places, text_of_class = tokens.text_of_class[texts].unique(
        return_inverse=True)
    ids = [
        tokens.ids[i:i + n]
        for i, n in torch.stack((start[places], length[places]), 1).tolist()
    ]
    runs = zip(*(x.tolist() for x in length[places].unique_consecutive(
        return_counts=True)))
    return ClassTokens(
        torch.cat(ids), tuple((count, n) for n, count in runs), text_of_class)


def chunk_runs(runs: LengthRuns, size: int) -> Iterator[LengthRuns]:
    """Cuts runs of texts into chunks of at most ``size`` classes.

    Args:
        runs: number of classes and tokens of each, for every length.
        size: classes of a chunk.

    Yields:
        Runs of one chunk.
    """
    run: List[Tuple[int, int]] = []
    room = size
    for classes, length in runs:
        while classes:
            taken = min(classes, room)
            run.append((taken, length))
            classes, room = classes - taken, room - taken
            if not room:
                yield tuple(run)
                run, room = [], size
    if run:
        yield tuple(run)


def prompt_ids(words: str, num_prompts: int) -> List[int]:
    """Tokenizes the words that initialise prompt vectors.

    Args:
        words: the words, such as ``'a photo of a'``.
        num_prompts: number of prompt vectors; 0 accepts any number of words.

    Raises:
        ValueError: the number of tokens is not ``num_prompts``.
    """
    ids = clip_tokenizer().encode(words)
    if num_prompts and len(ids) != num_prompts:
        raise ValueError(
            f'prompt_init={words!r} has {len(ids)} tokens but num_prompts='
            f'{num_prompts}: make them equal, or prompt_init=None for random')
    return ids
