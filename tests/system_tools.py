"""Which tool works with which system: the table of docs/systems.md.

tests/integration/test_systems.py runs the first rows, and
tests/integration/test_system_tools.py every cell of the others.
"""
from typing import NamedTuple

from tests.small import ROOT
from tests.system_configs import SYSTEMS

PAGE = ROOT / 'docs/systems.md'
BEGIN, END = '<!-- tools of the systems -->\n', '<!-- end -->'
MODEL = '--config {config} --checkpoint {weights} --device cpu'


class Use(NamedTuple):
    """A tool as a user calls it.

    Attributes:
        command: the tool and its arguments, with names of files in braces.
        is_slow: whether it takes more than a second.
    """
    command: str
    is_slow: bool = False


class Note(NamedTuple):
    """A remark on some cells.

    Attributes:
        printed: part of what the tool prints.
        text: the sentence in the table.
    """
    printed: str
    text: str


def extract(what):
    """Returns the use of tools/extract_features.py for one feature."""
    return Use(f'extract_features {{video}} {MODEL} --out {{out}} --what '
               f'{what}')


TRAINING = ('`train.py`, `test.py`', '`train.py --resume`',
            '`dist_train.sh`, `dist_test.sh`')
USES = {
    '`predict.py`':
    Use(f'predict {{video}} {MODEL}'),
    '`predict.py --window`':
    Use(f'predict {{video}} {MODEL} --window 1'),
    '`predict.py --wordings`':
    Use(f'predict {{video}} {MODEL} --wordings "a person {{{{}}}}"'),
    '`predict.py --class-names`, another number':
    Use(f'predict {{video}} {MODEL} --class-names left right'),
    '`visualize_tokens.py`':
    Use(f'visualize_tokens {{video}} {MODEL} --out {{out}}'),
    '`extract_features.py --what video logits`':
    extract('video logits'),
    '`extract_features.py --what frames`':
    extract('frames'),
    '`extract_features.py --what context`':
    extract('context'),
    '`extract_features.py --what text`':
    extract('text'),
    '`ensemble_weights.py`':
    Use('ensemble_weights {clip} {weights} {out}.pth'),
    '`analyse.py get_flops`':
    Use('analyse get_flops {config}'),
    '`export.py`, `.pt2`':
    Use('export {config} {weights} --out {out}.pt2', True),
    '`export.py`, `.onnx`':
    Use('export {config} {weights} --out {out}.onnx', True),
    '`export.py --dynamic-batch`, `.onnx`':
    Use('export {config} {weights} --out {out}.onnx --dynamic-batch', True),
    '`benchmark.py --only inference`':
    Use('benchmark {config} --only inference --runs 1', True),
    '`benchmark.py --only training`':
    Use('benchmark {config} --only training --runs 1', True),
    '`benchmark.py --against naive`':
    Use('benchmark {config} --only inference --runs 1 --against naive', True),
}
NOTES = dict(
    a=Note(
        'PerClassPrompt has learned vectors of 4 classes, which 2 classes '
        'cannot use', 'Prompts of single classes are learned: they fit no '
        'other number of classes.'),
    b=Note(
        'its temporal model makes no context tokens',
        'It draws attention alone, and says that there are no context '
        'tokens.'),
    c=Note('--what context: this model has none',
           'Texts do not read tokens of the video.'),
    d=Note(
        '1 videos added', "The mean of a class's 16 texts of unit length, "
        'scaled to unit length; logits average the probabilities of the '
        'texts, and do not follow from this mean.'),
    e=Note('the textbook version is of TC-CLIP alone',
           'The textbook version is of TC-CLIP alone.'),
    f=Note('wordings beside descriptors',
           'Classes with descriptors have no other wordings.'),
    g=Note(
        'descriptors are those of 4 classes',
        'Other classes need other descriptors, which '
        '`TCCLIPInferencer.set_classes` takes, and the tools do not.'),
)
WITH_CONTEXT = 'TC-CLIP', 'X-CLIP'
OTHERS = [system for system in SYSTEMS if system != 'TC-CLIP']
# Cells that are not a plain 'yes', by use and system.
SPECIAL = {
    ('`predict.py --class-names`, another number', 'Vita-CLIP'): 'no (a)',
    ('`predict.py --class-names`, another number', 'OST'): 'no (g)',
    ('`predict.py --wordings`', 'OST'): 'no (f)',
    ('`extract_features.py --what text`', 'ActionCLIP'): 'yes (d)',
    **{
        ('`visualize_tokens.py`', system): 'yes (b)'
        for system in OTHERS
    },
    **{
        ('`extract_features.py --what context`', system): 'no (c)'
        for system in SYSTEMS if system not in WITH_CONTEXT
    },
    **{
        ('`benchmark.py --against naive`', system): 'no (e)'
        for system in OTHERS
    },
}


def cell(use, system):
    """Returns 'yes' or 'no', with the letter of a note if there is one."""
    return SPECIAL.get((use, system), 'yes')


def note_of(text):
    """Returns the note of a cell; None if it has none."""
    return NOTES[text[-2]] if text.endswith(')') else None


def table():
    """Returns the lines of docs/systems.md between its marks."""
    rows = [['', *SYSTEMS], ['---'] * (len(SYSTEMS) + 1)]
    rows += [[use, *(cell(use, system) for system in SYSTEMS)]
             for use in (*TRAINING, *USES)]
    lines = [f'| {" | ".join(row)} |' for row in rows]
    notes = [f'({letter}) {note.text}' for letter, note in NOTES.items()]
    return '\n'.join(['', *lines, *(f'\n{note}' for note in notes), '', ''])


def written_table():
    """Returns what the page has between its marks."""
    page = PAGE.read_text(encoding='utf-8')
    return page.partition(BEGIN)[2].partition(END)[0]
