"""Sets of templates that class names are put into."""
import re
from typing import Dict, Sequence, Tuple, Union

Templates = Union[str, Sequence[str]]

# Open-VCLIP's 28: four kinds of pictures times seven ways to name an action.
_OPEN_VCLIP = tuple(f'a {kind} of {action}{{}}.'
                    for kind in ('photo', 'video', 'example', 'demonstration')
                    for action in ('', 'a person ', 'a person using ',
                                   'a person doing ', 'a person during ',
                                   'a person performing ',
                                   'a person practicing '))

# By the name of a set.
TEMPLATE_SETS: Dict[str, Tuple[str, ...]] = {
    # words and order as in ActionCLIP's official code
    'action_clip': (
        'a photo of action {}',
        'a picture of action {}',
        'human action of {}',
        '{}, an action',
        '{} this is an action',
        '{}, a video of action',
        'playing action of {}',
        '{}',
        'playing a kind of action, {}',
        'doing a kind of action, {}',
        'look, the human is {}',
        'can you recognize the action of {}?',
        'video classification of {}',
        'a video of {}',
        'the man is {}',
        'the woman is {}',
    ),
    'open_vclip':
    _OPEN_VCLIP,
    # for names such as 'Abseil: A person comes down a rope'
    'froster': (
        *(template.replace('{}', '{title}') + ' {}'
          for template in _OPEN_VCLIP),
        '{}',
    ),
    # for descriptors of two kinds
    'ost': (
        'This is a video about {spatial}',
        'A video of {} usually includes {temporal}',
    ),
}


def fill_template(template: str, name: str) -> str:
    """Puts a class name into a template.

    Args:
        template: text with ``{}`` for the whole name and, if wanted,
            ``{title}`` for the part before its first colon. A name without a
            colon is its title.
        name: the class name.
    """
    parts = template.split('{title}')
    return name.partition(':')[0].join(
        part.replace('{}', name) for part in parts)


def load_templates(source: Templates) -> Tuple[str, ...]:
    """Returns templates, each with ``{}`` in the place of the class name.

    They may hold ``{title}``, see :func:`fill_template`, and the name of a
    kind of descriptors in braces, see :func:`fill_descriptors`.

    Args:
        source: the templates themselves, or the name of a set in
            ``TEMPLATE_SETS``.

    Raises:
        ValueError: there is no such set, there is no template, or a template
            has no braces.
    """
    if isinstance(source, str):
        if source not in TEMPLATE_SETS:
            raise ValueError(
                f'templates={source!r} is not one of the sets '
                f'{sorted(TEMPLATE_SETS)}: name one, or give a list of '
                "templates such as ['a video of {}']")
        return TEMPLATE_SETS[source]
    if not source:
        raise ValueError("templates is empty: ['{}'] is the bare class name")
    for template in source:
        if not re.search(r'\{\w*\}', template):
            raise ValueError(f'The template {template!r} has no {{}}, where '
                             'the class name goes')
    return tuple(source)
