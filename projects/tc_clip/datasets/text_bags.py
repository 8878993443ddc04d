"""Gives each video of a training a bag of texts."""
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Union

import torch
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..files import read_text
from ..models.text.class_names import load_class_names, read_json
from ..models.text.class_texts import Names
from ..models.text.descriptors import WordLists, load_word_lists


def sample_bag(words: Sequence[str], size: int) -> List[str]:
    """Draws a bag of a fixed size: whole copies, and a random remainder.

    Args:
        words: the words, none twice, at least one.
        size: number of words of the bag.
    """
    copies, rest = divmod(size, len(words))
    # torch's generator is seeded in every worker process
    chosen = torch.randperm(len(words))[:rest].tolist()
    return [*words] * copies + [words[i] for i in chosen]


@TRANSFORMS.register_module()
class AddTextBag(BaseTransform):
    """Adds a bag of texts: a video's class with words for it (MAXI).

    The words are those of the class, such as verbs that a language model
    knows for it, and those of the video, such as verbs in its captions. Words
    that are there twice, or are the class name itself, are removed. The bag
    has ``bag_size`` words: copies of all of them, and a random rest. Each
    makes the text ``'CLASS. WORD'``, which the head completes by its prompt
    and full stop to "a photo of a CLASS. WORD."; without any word all texts
    are ``'CLASS'``.

    Official MAXI removes the class name after sampling, and only once. Such a
    bag is one text short, and its loss then counts the first text of the next
    bag to this one, so that all later bags of the batch are shifted. Here the
    name is removed before, and all bags have ``bag_size`` texts.

    Required keys:

        - label: the class, or pseudo label
        - filename

    Added keys:

        - text_bag: list of ``bag_size`` texts; name it in the ``meta_keys`` of
          PackActionInputs

    Args:
        class_names: the names, or a file of them, see
            :func:`load_class_names`.
        class_words: the words of each class, or a ``.json`` file of them, see
            :func:`load_word_lists`.
        video_words: ``.json`` file with an object from file names of videos,
            without folder and suffix, to lists of words. Each video needs a
            list, which may be empty. None: only classes have words.
        bag_size: texts M of a bag.

    Raises:
        ValueError: the words are not those of as many classes, the size is
            below 1, or a video has no list of words.
    """

    def __init__(self,
                 class_names: Names,
                 class_words: WordLists,
                 video_words: Union[str, Path, None] = None,
                 bag_size: int = 16) -> None:
        if bag_size < 1:
            raise ValueError(f'bag_size={bag_size} must be 1 or more')
        self.class_names = load_class_names(class_names)
        self.class_words = load_word_lists(class_words)
        if len(self.class_words) != len(self.class_names):
            raise ValueError(
                f'class_words has lists of {len(self.class_words)} classes '
                f'for {len(self.class_names)} class names: give those of the '
                'same classes, in the same order')
        self.video_words = video_words
        self._words_of_video: Optional[Dict[str, Any]] = None
        if video_words is not None:
            path = Path(video_words)
            self._words_of_video = dict(read_json(read_text(path), path))
        self.bag_size = bag_size

    def _of_video(self, filename: str) -> List[str]:
        """Returns the words of a video."""
        if self._words_of_video is None:
            return []
        stem = Path(filename).stem
        words = self._words_of_video.get(stem)
        if not isinstance(words, list) or not all(
                isinstance(word, str) for word in words):
            raise ValueError(
                f'{self.video_words} has no list of words for {stem!r}: add '
                'one, which may be empty, or take the video out of the list')
        return words

    def transform(self, results: Dict) -> Dict:
        """Adds ``text_bag``."""
        label = results['label']
        name = self.class_names[label]
        words = [
            word
            for word in dict.fromkeys((*self.class_words[label],
                                       *self._of_video(results['filename'])))
            if word != name
        ]
        results['text_bag'] = [
            f'{name}. {word}' for word in sample_bag(words, self.bag_size)
        ] if words else [name] * self.bag_size
        return results

    def __repr__(self) -> str:
        return (f'{self.__class__.__name__}(classes={len(self.class_names)}, '
                f'video_words={self.video_words}, bag_size={self.bag_size})')
