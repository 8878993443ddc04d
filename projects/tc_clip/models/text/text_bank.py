"""The class texts of a head: tokenized, encoded, and stored where possible."""
from functools import partial
from typing import Any, Iterator, List, Optional, Sequence, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from ...clip.towers import Arch, clip_config
from .class_names import load_class_names
from .class_texts import (ClassTokens, LengthRuns, Names, chunk_runs,
                          readable_name, reworded, select_texts,
                          tokenize_classes, warn_of_same_texts)
from .descriptors import Descriptors, describe
from .templates import Templates, load_templates
from .text_encoder import Condition, TextEncoder, TextState
from .text_store import TextStore


class TextBank(TextStore):
    """Base of heads that describe classes by texts.

    It tokenizes class names, encodes them with CLIP's text tower, and stores
    the result where it can, see :class:`TextStore`. The texts of a class are
    its templates, then its wordings.

    Args:
        class_names: the names, or a .txt, .csv or .json file of them.
        wordings: other wordings of the names, each a template such as ``'{}
            outdoors'`` or a file of as many names.
        arch: open_clip ViT whose text tower is used; TCCLIPRecognizer takes
            the backbone's.
        pretrained: see TCCLIPViT; TCCLIPRecognizer takes the backbone's.
        templates: templates that names are put into, such as ``['a video of
            {}']``, or the name of a set of them: ``'action_clip'``,
            ``'open_vclip'``, ``'froster'`` or ``'ost'``, see
            :func:`fill_template` and :func:`fill_descriptors`. By default the
            name alone. They stay when classes are exchanged.
        descriptors: for each kind of descriptors that templates name, a list
            of N texts for every class, or a file of them, see
            :func:`load_word_lists`.
        num_prompts: learnable prompt vectors; with 0 the words of
            ``prompt_init`` stay as they are.
        prompt_init: words that the prompt vectors start from, see
            :class:`SharedPrompt`.
        prompts: config of another prompt learner, which then has these two
            options instead.
        full_stop: text after a class name.
        split_camel_case: whether 'ApplyLipstick' is read as two words.
        split_underscores: whether underscores in names are read as spaces. By
            default they are with learned prompts, and stay otherwise (as in
            the official code of ViFi-CLIP).
        context_length: positions that a class text may take; None selects all
            positions of the tower. Positions after the end of a text are never
            computed.
        class_chunk: classes whose texts are encoded at a time, which limits
            memory for thousands of classes; None encodes all at once.
        with_cp: whether gradients recompute each text block instead of
            keeping its activations: a third more time for less memory.
        **kwargs: options of the next base class.

    Raises:
        ValueError: an option or a class name has no meaning for this tower.

    Attributes:
        num_wordings: number S of texts of a class, with the templates.
    """

    suffix_ids: Tensor
    text_of_class: Tensor

    def __init__(self,
                 class_names: Names,
                 wordings: Sequence[str] = (),
                 arch: Arch = 'ViT-B-16',
                 pretrained: Optional[str] = None,
                 templates: Templates = ('{}', ),
                 descriptors: Optional[Descriptors] = None,
                 num_prompts: int = 4,
                 prompt_init: Optional[str] = 'a photo of a',
                 prompts: Optional[dict] = None,
                 full_stop: str = '.',
                 split_camel_case: bool = False,
                 split_underscores: Optional[bool] = None,
                 context_length: Optional[int] = None,
                 class_chunk: Optional[int] = None,
                 with_cp: bool = False,
                 **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if class_chunk is not None and class_chunk < 1:
            raise ValueError(f'class_chunk={class_chunk} must be 1 or more')
        config = clip_config(arch, pretrained)
        self.arch, self.pretrained = arch, pretrained
        self.embed_dim = config['embed_dim']
        self.text_encoder = TextEncoder(config, with_cp)
        self.templates, self.full_stop = load_templates(templates), full_stop
        self.split_camel_case = split_camel_case
        self.class_chunk = class_chunk
        self.context_length = self._positions(context_length)
        names = load_class_names(class_names)
        self._make_prompts(
            prompts or dict(
                type='SharedPrompt',
                num_prompts=num_prompts,
                prompt_init=prompt_init), len(names))
        self.split_underscores = (
            self.prompt_vectors is not None
            if split_underscores is None else split_underscores)
        self.set_classes(names, wordings, descriptors)

    def _positions(self, context_length: Optional[int]) -> int:
        """Returns how many positions a class text may take."""
        longest = self.text_encoder.context_length
        if context_length is None:
            return longest
        if not 1 <= context_length <= longest:
            raise ValueError(
                f'context_length={context_length} must be from 1 to '
                f'{longest}, the positions of the text tower, or None for all')
        return context_length

    def _make_prompts(self, config: dict, num_classes: int) -> None:
        """Builds the prompt learner and its vectors."""
        encoder = self.text_encoder
        self.prompts = MODELS.build(config)
        vectors = self.prompts.draw_vectors(encoder.width, num_classes,
                                            encoder.context_length)
        self.prompt_vectors = None if vectors is None else nn.Parameter(
            vectors)
        self._init_prompts()

    def _init_prompts(self) -> None:
        """Initialises the prompt vectors from their words."""
        if self.prompt_vectors is not None:
            self.prompts.start_from_words(self.prompt_vectors,
                                          self.text_encoder)

    def set_classes(self,
                    names: Names,
                    wordings: Sequence[str] = (),
                    descriptors: Optional[Descriptors] = None) -> None:
        """Replaces the classes; learned weights do not depend on them.

        Only :class:`PerClassPrompt` learns weights of single classes: then
        there must be as many as before.

        Args:
            names: class names, or a file of them.
            wordings: other wordings, see the option of the class.
            descriptors: those of the names, see the option of the class.

        Raises:
            ValueError: the learned prompts do not fit the number of names, the
                templates need descriptors that are not there, or there are
                descriptors and wordings.
        """
        names = load_class_names(names)
        self.prompts.check_classes(self.prompt_vectors, len(names))
        # S * C texts, one template or wording after the other
        texts = self._class_texts(names, wordings, descriptors)
        tokens = self.tokenize(texts,
                               [i % len(names) for i in range(len(texts))])
        self.class_names, self.num_classes = names, len(names)
        self.num_wordings = len(tokens.text_of_class) // len(names)
        warn_of_same_texts(names, tokens.text_of_class)
        # on the CPU, where some of the texts are chosen in training
        self.tokens = tokens
        self.chunks = self._chunks_of(tokens)
        device = self.text_encoder.positional_embedding.device
        # ids (P, ), and the text of each name (S * C, )
        self.register_buffer(
            'suffix_ids', tokens.ids.to(device), persistent=False)
        self.register_buffer(
            'text_of_class', tokens.text_of_class.to(device), persistent=False)
        self.forget_text()

    def tokenize(self, texts: Sequence[str],
                 labels: Sequence[int]) -> ClassTokens:
        """Tokenizes texts, which follow the prompts.

        Args:
            texts: the texts.
            labels: the class of each, for prompts of single classes.

        Raises:
            ValueError: a text is too long.
        """
        return tokenize_classes(
            texts, self.prompts.num_positions, self.context_length,
            self.full_stop,
            lambda i, name, rest: self.prompts.arrange(labels[i], name, rest))

    def _class_texts(self, names: Sequence[str], wordings: Sequence[str],
                     descriptors: Optional[Descriptors]) -> List[str]:
        """Returns S * C texts: the templates, then the wordings."""
        if descriptors and wordings:
            raise ValueError(
                f'{len(wordings)} wordings beside descriptors: classes with '
                'descriptors are compared with these alone, so leave out the '
                'wordings, or add texts to the descriptors')
        readable = partial(
            readable_name,
            split_camel_case=self.split_camel_case,
            split_underscores=self.split_underscores)
        described = describe(self.templates, [*map(readable, names)],
                             descriptors)
        return described + [
            readable(text) for wording in wordings
            for text in reworded(names, wording)
        ]

    def _chunks_of(self, tokens: ClassTokens) -> List[LengthRuns]:
        """Groups runs of texts of one length to ``class_chunk`` texts."""
        size = self.class_chunk or len(tokens.text_of_class)
        return [*chunk_runs(tokens.runs, size)]

    def _weights_of_texts(self) -> Iterator[nn.Parameter]:
        """Yields the parameters that texts are encoded with."""
        yield from self.text_encoder.parameters()
        yield from self.prompts.parameters()
        if self.prompt_vectors is not None:
            yield self.prompt_vectors

    def _encode_all(self) -> Tuple[List[TextState], Optional[Tensor]]:
        """Encodes the texts of all classes as far as no video is needed."""
        states = self._encode_trunk(self.suffix_ids, self.chunks)
        if self.sees_videos:
            return states, None
        return states, self._finish(states, self.text_of_class)

    @property
    def sees_videos(self) -> bool:
        """Whether a text block sees the video; here none does."""
        return False

    @property
    def first_video_block(self) -> int:
        """First block that may see a video, 1-based: the last, here unused."""
        return self.text_encoder.depth

    def _before_block(self, block: int, prefix: Tensor) -> Tensor:
        """Returns the prefix for a block, see :class:`PromptLearner`."""
        return self.prompts.before_block(self.prompt_vectors, block, prefix)

    def _encode_trunk(self, ids: Tensor,
                      chunks: Sequence[LengthRuns]) -> List[TextState]:
        """Encodes texts up to the first video block, for all videos."""
        encoder = self.text_encoder
        # number of tokens in each chunk of classes
        sizes = [sum(c * length for c, length in runs) for runs in chunks]
        # per chunk, a prefix (1, S, D) and suffixes (1, p, D)
        states = (self.prompts.embed(self.prompt_vectors, part, runs, encoder)
                  for part, runs in zip(ids.split(sizes), chunks))
        return [
            encoder.trunk(state, self.first_video_block, self._before_block)
            for state in states
        ]

    def text_before_video(self) -> List[TextState]:
        """Returns texts before the first video block, stored if possible."""
        stored = self._stored_texts()
        return self._encode_trunk(
            self.suffix_ids, self.chunks) if stored is None else stored.states

    def _finish(self,
                states: Sequence[TextState],
                text_of_class: Tensor,
                condition: Optional[Condition] = None) -> Tensor:
        """Encodes texts from the first video block on: ``(b, N, E)``."""
        if condition is None:
            condition = self._before_block
        features = [
            self.text_encoder.tail(state, self.first_video_block, condition)
            for state in states
        ]
        # (b, texts, E) -> (b, N, E)
        return torch.cat(features, 1)[:, text_of_class]

    def encode_texts(self,
                     texts: Optional[Tensor] = None,
                     condition: Optional[Condition] = None,
                     tokens: Optional[ClassTokens] = None) -> Tensor:
        """Encodes class texts.

        Args:
            texts: numbers of N of the S * C texts ``(N, )``, on the CPU. Text
                ``s * C + c`` is template or wording s of class c. None: all.
            condition: see :meth:`TextEncoder.tail`; makes prompts depend on
                videos.
            tokens: other texts, which ``texts`` then numbers, see
                :meth:`tokenize`. None: the class texts.

        Returns:
            ``(B or 1, N, E)``, not normalised.
        """
        if tokens is None and condition is None:
            stored = self._stored_texts()
            if stored is not None and stored.features is not None:
                every = stored.features
                return every if texts is None else every[:, texts]
        if tokens is None and texts is None:
            return self._finish(self.text_before_video(), self.text_of_class,
                                condition)
        some = tokens or self.tokens
        if texts is not None:
            some = select_texts(some, texts)
        states = self._encode_trunk(
            some.ids.to(self.suffix_ids.device), self._chunks_of(some))
        return self._finish(states, some.text_of_class, condition)
