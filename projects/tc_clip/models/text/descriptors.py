"""Descriptions of classes, such as those that a language model wrote (OST)."""
import re
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Union

from ...files import read_text
from .class_names import by_id, is_unicode, read_json
from .templates import fill_template

WordLists = Union[str, Path, Sequence[Sequence[str]]]
# By the name that templates have for a kind of descriptors
Descriptors = Mapping[str, WordLists]


def load_word_lists(source: WordLists) -> List[List[str]]:
    """Loads a list of words or phrases for each class, in the order of ids.

    Args:
        source: the lists themselves, or a ``.json`` file with an object from
            class ids to lists, as in OST's official repository. The ids may be
            in any order.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is malformed, the ids are not 0 to C-1, or a class
            has something else than a list of texts.
    """
    where = 'lists of words'
    if isinstance(source, (str, Path)):
        path = Path(source)
        where = str(path)
        if not path.is_file():
            raise FileNotFoundError(
                f'{path}: no such file of words for each class: correct the '
                'path, which is relative to the folder that the command runs '
                'in.')
        source = by_id(read_json(read_text(path), path), path)
    lists = list(source)
    for i, words in enumerate(lists):
        if not isinstance(words, (list, tuple)) or not all(
                isinstance(word, str) and word.strip() and is_unicode(word)
                for word in words):
            raise ValueError(f'{where}: the class with id {i} needs a list of '
                             f'texts, none of them empty, but has {words!r}')
    return [[*words] for words in lists]


def load_descriptors(sources: Descriptors,
                     num_classes: int) -> Dict[str, List[List[str]]]:
    """Loads all kinds of descriptors, as many of each for every class.

    Args:
        sources: for each kind the lists of all classes or their file, see
            :func:`load_word_lists`.
        num_classes: number of classes.

    Raises:
        ValueError: there are descriptors of another number of classes, or
            classes have different numbers of descriptors.
    """
    loaded = {kind: load_word_lists(lists) for kind, lists in sources.items()}
    for kind, lists in loaded.items():
        if len(lists) != num_classes:
            raise ValueError(
                f'The {kind} descriptors are those of {len(lists)} classes, '
                f'but there are {num_classes} class names: give those of the '
                'same classes, in the same order')
    counts = {
        (kind, i): len(words)
        for kind, lists in loaded.items()
        for i, words in enumerate(lists)
    }
    if len({*counts.values()}) > 1 or 0 in counts.values():
        (kind, i), count = min(counts.items(), key=lambda item: item[1])
        raise ValueError(
            f'Every class needs as many descriptors of each kind, up to '
            f'{max(counts.values())} here, but class {i} has {count} of the '
            f'kind {kind!r}')
    return loaded


def _kinds(template: str) -> List[str]:
    """Returns the kinds of descriptors that a template has a place for."""
    return [
        name for name in re.findall(r'\{(\w+)\}', template) if name != 'title'
    ]


def _fill(template: str, kind: str, descriptor: str, name: str) -> str:
    """Puts a descriptor and a class name into a template."""
    parts = template.split(f'{{{kind}}}')
    return descriptor.join(fill_template(part, name) for part in parts)


def fill_descriptors(
        template: str, names: Sequence[str],
        descriptors: Mapping[str, Sequence[Sequence[str]]]) -> List[str]:
    """Puts class names and their descriptors into a template.

    Args:
        template: text with ``{KIND}`` in the place of a descriptor, and ``{}``
            or ``{title}`` for the class name, see :func:`fill_template`.
        names: the C class names.
        descriptors: by kind, N descriptors of each class.

    Returns:
        N * C texts, one descriptor of all classes after the other. C texts if
        the template has no place for a descriptor.

    Raises:
        ValueError: there are no descriptors of this kind, or the template has
            places for several kinds.
    """
    kinds = {*_kinds(template)}
    if not kinds:
        return [fill_template(template, name) for name in names]
    kind, *others = sorted(kinds)
    if others:
        raise ValueError(f'The template {template!r} has places for several '
                         f'kinds of descriptors: {kind}, {", ".join(others)}')
    if kind not in descriptors:
        raise ValueError(
            f'The template {template!r} needs descriptors of classes: give '
            f"them as descriptors=dict({kind}='FILE.json')")
    lists = descriptors[kind]
    return [
        _fill(template, kind, words[n], name) for n in range(len(lists[0]))
        for name, words in zip(names, lists)
    ]


def describe(templates: Sequence[str], names: Sequence[str],
             descriptors: Optional[Descriptors]) -> List[str]:
    """Puts class names and their descriptors into all templates.

    Args:
        templates: see :func:`fill_descriptors`.
        names: the C class names.
        descriptors: see :func:`load_descriptors`; None: there are none.

    Returns:
        S * C texts. Text ``s * C + c`` is text s of class c.

    Raises:
        ValueError: see :func:`load_descriptors` and :func:`fill_descriptors`;
            also if no template has a place for a kind of descriptors.
    """
    loaded = load_descriptors(descriptors or {}, len(names))
    unused = {*loaded} - {kind for t in templates for kind in _kinds(t)}
    if unused:
        raise ValueError(
            f'No template has a place for the {", ".join(sorted(unused))} '
            f"descriptors: set templates='ost', or a template that holds the "
            'name of this kind in braces')
    return [
        text for template in templates
        for text in fill_descriptors(template, names, loaded)
    ]
