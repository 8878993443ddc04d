"""Words for bags of texts, for tools/prepare_data.py."""
import argparse
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import _checkout  # noqa: F401 - finds the package without installation

from projects.tc_clip.datasets.preparation.bag_words import (class_words,
                                                             video_texts,
                                                             video_words)
from projects.tc_clip.datasets.preparation.caption_verbs import CaptionVerbs
from projects.tc_clip.datasets.video_lists import ListedVideo, read_video_list
from projects.tc_clip.files import write_json
from projects.tc_clip.models.text.class_names import load_class_names

DESCRIPTION = """Writes the words that AddTextBag puts beside a pseudo label.

    python tools/prepare_data.py text-bags --class-names DICTIONARY \\
        --class-words gpt.json --out DATA/maxi \\
        --videos DATA/train_maxi.txt --captions blip.json --verbs verbs.txt

--out gets class_words.json, and with --videos video_words.json.
"""


def add_parsers(commands: Any) -> None:
    """Adds the subcommand.

    Args:
        commands: the subparsers of the tool.
    """
    parser = commands.add_parser(
        'text-bags',
        help='words of classes and videos (MAXI)',
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--class-names',
        required=True,
        metavar='FILE',
        help='the dictionary of the pseudo labels: .txt, .csv or .json')
    add('--class-words',
        type=Path,
        required=True,
        metavar='JSON',
        help='from class names or ids to lists of words')
    add('--out', type=Path, required=True, metavar='FOLDER')
    _add_videos(parser)
    parser.set_defaults(check=check_args, run=run)


def _add_videos(parser: argparse.ArgumentParser) -> None:
    """Adds the options about words of videos."""
    add = parser.add_argument_group('words of videos').add_argument
    add('--videos',
        type=Path,
        metavar='LIST',
        help='the list with pseudo labels')
    add('--video-words',
        type=Path,
        metavar='JSON',
        help='from videos to lists of words')
    add('--captions',
        type=Path,
        metavar='JSON',
        help='from videos to captions, of which the verbs are taken')
    add('--verbs',
        metavar='FILE',
        help='the verbs to look for in captions: .txt with a verb a line')
    add('--allow-missing',
        action='store_true',
        help='give videos without an entry no words')


def check_args(args: argparse.Namespace) -> None:
    """Refuses options that do not go together.

    Args:
        args: the command line.

    Raises:
        ValueError: an option lacks another one.
    """
    if bool(args.captions) != bool(args.verbs):
        raise ValueError('--captions and --verbs go together')
    if bool(args.videos) != bool(args.captions or args.video_words):
        raise ValueError('--videos goes with --video-words or --captions')


def check_labels(args: argparse.Namespace, videos: Sequence[ListedVideo],
                 names: Sequence[str]) -> None:
    """Checks that the labels of a list are classes of the dictionary.

    Args:
        args: the command line.
        videos: the videos of the list.
        names: class names.

    Raises:
        ValueError: a label has no name.
    """
    for path, (label, ) in videos:
        if label >= len(names):
            raise ValueError(
                f'{args.videos}: {path} has label {label}, but '
                f'{args.class_names} has {len(names)} names: give the '
                'dictionary of the pseudo labels')


def words_of_videos(args: argparse.Namespace,
                    videos: Sequence[ListedVideo]) -> Dict[str, List[str]]:
    """Returns the words of each video of the list.

    Args:
        args: the command line.
        videos: the videos of the list.

    Raises:
        ValueError: a file is malformed, or a video has no entry.
    """
    sources = [video_texts(args.video_words)] if args.video_words else []
    if args.captions:
        verbs_of = CaptionVerbs(load_class_names(args.verbs))
        sources.append({
            name: [verb for caption in captions for verb in verbs_of(caption)]
            for name, captions in video_texts(args.captions).items()
        })
    return video_words([path for path, _ in videos], sources,
                       args.allow_missing)


def count(file: Path, what: str, lists: Sequence[Sequence[str]]) -> str:
    """Says how many words the lists of a file have.

    Args:
        file: the file.
        what: classes or videos.
        lists: words of each.
    """
    sizes = [len(words) for words in lists]
    return (f'{file}: {len(sizes)} {what} with {sum(sizes) / len(sizes):.1f} '
            f'words each, {min(sizes)} to {max(sizes)}; {sizes.count(0)} '
            'without words')


def run(args: argparse.Namespace) -> None:
    """Writes the files.

    Args:
        args: the command line.

    Raises:
        OSError: a file cannot be read or written.
        ValueError: a file is malformed, or does not fit the others.
    """
    names = load_class_names(args.class_names)
    of_classes = dict(enumerate(class_words(args.class_words, names)))
    files: List[Tuple[str, str, Mapping[Any, List[str]]]] = [
        ('class_words.json', 'classes', of_classes)
    ]
    if args.videos:
        videos = read_video_list(args.videos)
        check_labels(args, videos, names)
        of_videos = words_of_videos(args, videos)
        files.append(('video_words.json', 'videos', of_videos))
    for name, what, words in files:
        write_json(args.out / name, words)
        print(count(args.out / name, what, [*words.values()]))
