"""Sets of templates that class names are put into."""
from typing import Dict, Sequence, Tuple, Union

Templates = Union[str, Sequence[str]]

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
}


def load_templates(source: Templates) -> Tuple[str, ...]:
    """Returns templates, each with ``{}`` in the place of the class name.

    Args:
        source: the templates themselves, or the name of a set in
            ``TEMPLATE_SETS``.

    Raises:
        ValueError: there is no such set, there is no template, or a template
            has no ``{}``.
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
        if '{}' not in template:
            raise ValueError(f'The template {template!r} has no {{}}, where '
                             'the class name goes')
    return tuple(source)
