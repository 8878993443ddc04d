"""Base of heads that describe classes by texts."""
import math
from typing import Any, List, Mapping, Optional, Sequence

import torch
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor, nn

from ...clip.towers import Arch, clip_config
from ...clip.weights import load_clip, load_into, text_weights
from ..text.class_names import load_class_names
from ..text.class_texts import (ClassTokens, Names, chunk_runs, readable_name,
                                reworded, tokenize_classes)
from ..text.text_encoder import TextEncoder, TextState
from ..whole_weights import WholeWeights


class ClassTextHead(WholeWeights, BaseHead):
    """Holds class names, their prompts and CLIP's text tower.

    The text before the first video-conditioned block is encoded once per step
    in training, and once per class list in evaluation. The stored state is
    dropped by :meth:`set_classes`, :meth:`train`, by loading weights and by
    moving the head to another device or dtype.

    Args:
        class_names: the names, or a .txt, .csv or .json file of them.
        wordings: other wordings of the names, each a template such as ``'{}
            outdoors'`` or a file of as many names. A class is then scored by
            the mean of the unit features of all its texts (CLIP's prompt
            ensemble).
        arch: open_clip ViT whose text tower is used; TCCLIPRecognizer takes
            the backbone's.
        pretrained: see TCCLIPViT; TCCLIPRecognizer takes the backbone's.
        num_prompts: learnable prompt vectors; with 0 the words of
            ``prompt_init`` stay as they are, and so do underscores in names
            (as in the official code of ViFi-CLIP).
        prompt_init: words that the prompt vectors start from, see
            :class:`SharedPrompt`.
        prompts: config of another prompt learner, which then has these two
            options instead.
        aggregate: config of the module that turns several wordings into one
            score; by default :class:`MeanOfWordings`.
        full_stop: text after a class name.
        split_camel_case: whether 'ApplyLipstick' is read as two words.
        context_length: positions that a class text may take; None selects all
            positions of the tower. Positions after the end of a text are never
            computed.
        class_chunk: classes whose texts are encoded at a time, which limits
            memory for thousands of classes; None encodes all at once.
        with_cp: whether gradients recompute each text block instead of
            keeping its activations: a third more time for less memory.
        in_channels: channels of the video feature; None selects CLIP's joint
            width.
        average_clips: what the scores of a video's views are: the mean of
            their ``'prob'`` or ``'score'``, or None for the score of each
            view.
        **kwargs: options of MMAction2's BaseHead; ``num_classes`` follows from
            the names.

    Raises:
        ValueError: an option or a class name has no meaning for this tower.
    """

    def __init__(self,
                 class_names: Names,
                 wordings: Sequence[str] = (),
                 arch: Arch = 'ViT-B-16',
                 pretrained: Optional[str] = None,
                 num_prompts: int = 4,
                 prompt_init: Optional[str] = 'a photo of a',
                 prompts: Optional[dict] = None,
                 aggregate: Optional[dict] = None,
                 full_stop: str = '.',
                 split_camel_case: bool = False,
                 context_length: Optional[int] = None,
                 class_chunk: Optional[int] = None,
                 with_cp: bool = False,
                 in_channels: Optional[int] = None,
                 average_clips: Optional[str] = 'prob',
                 **kwargs: Any) -> None:
        if 'num_classes' in kwargs:
            raise ValueError('num_classes follows from class_names: remove it '
                             'from the head (or inherit with _delete_=True)')
        if class_chunk is not None and class_chunk < 1:
            raise ValueError(f'class_chunk={class_chunk} must be 1 or more')
        config = clip_config(arch, pretrained)
        self.embed_dim = config['embed_dim']
        # 0 classes for now: `set_classes` below sets their number
        super().__init__(
            0,
            in_channels or self.embed_dim,
            average_clips=average_clips,
            **kwargs)
        self.arch, self.pretrained = arch, pretrained
        self.split_camel_case, self.full_stop = split_camel_case, full_stop
        self.class_chunk = class_chunk
        self.text_encoder = TextEncoder(config, with_cp)
        longest = self.text_encoder.context_length
        self.context_length = min(context_length or longest, longest)
        # CLIP's training starts with this temperature, 0.07
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.prompts = MODELS.build(
            prompts or dict(
                type='SharedPrompt',
                num_prompts=num_prompts,
                prompt_init=prompt_init))
        vectors = self.prompts.draw_vectors(self.text_encoder.width)
        self.prompt_vectors = None if vectors is None else nn.Parameter(
            vectors)
        self._init_prompts()
        self.aggregate = MODELS.build(aggregate or dict(type='MeanOfWordings'))
        self._text_cache: Optional[List[TextState]] = None
        self.set_classes(class_names, wordings)

    def _init_prompts(self) -> None:
        """Initialises the prompt vectors from their words."""
        if self.prompt_vectors is not None:
            self.prompts.start_from_words(self.prompt_vectors,
                                          self.text_encoder)

    def init_weights(self,
                     clip: Optional[Mapping[str, Tensor]] = None) -> None:
        """Loads CLIP's text tower, then initialises prompts from it.

        Args:
            clip: state dict of CLIP, if it is loaded already.
        """
        if self.pretrained:
            clip = clip or load_clip(self.arch, self.pretrained)
            load_into(
                self.text_encoder,
                text_weights(clip),
                name=f'text tower from {self.pretrained}')
            with torch.no_grad():
                self.logit_scale.copy_(clip['logit_scale'])
        self._init_prompts()
        super().init_weights()
        self.forget_text()

    def set_classes(self, names: Names, wordings: Sequence[str] = ()) -> None:
        """Replaces the classes; learned weights do not depend on them.

        Args:
            names: class names, or a file of them.
            wordings: other wordings, see the option of the class.
        """
        names = load_class_names(names)
        # S * C texts, one wording after the other
        tokens = self._tokenize(
            [names, *(reworded(names, wording) for wording in wordings)])
        self.class_names, self.num_classes = names, len(names)
        # runs of texts of one length, grouped to `class_chunk` texts
        self.chunks = list(
            chunk_runs(tokens.runs, self.class_chunk
                       or len(tokens.text_of_class)))
        device = self.logit_scale.device
        # ids (P, ), and the text of each name (S * C, )
        self.register_buffer(
            'suffix_ids', tokens.ids.to(device), persistent=False)
        self.register_buffer(
            'text_of_class', tokens.text_of_class.to(device), persistent=False)
        self.forget_text()

    def _tokenize(self, wordings: Sequence[Sequence[str]]) -> ClassTokens:
        """Tokenizes the class names in all wordings."""
        # a fixed prompt keeps underscores, as official ViFi-CLIP does
        learned = self.prompt_vectors is not None
        texts = [
            readable_name(name, self.split_camel_case, learned) +
            self.full_stop for names in wordings for name in names
        ]
        return tokenize_classes(texts, self.prompts.num_positions,
                                self.context_length)

    def forget_text(self) -> None:
        """Forgets the text that was encoded for evaluation."""
        self._text_cache = None

    def train(self, mode: bool = True) -> 'ClassTextHead':
        """Sets the mode, and forgets encoded text before weights change."""
        if mode or self.training:
            self.forget_text()
        return super().train(mode)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        """Loads weights and forgets encoded text."""
        self.forget_text()
        super()._load_from_state_dict(*args, **kwargs)

    def _apply(self, *args: Any, **kwargs: Any) -> 'ClassTextHead':
        """Moves or casts the head and forgets encoded text."""
        self.forget_text()
        return super()._apply(*args, **kwargs)

    @property
    def first_video_block(self) -> int:
        """First block that may see a video, 1-based: the last, here unused."""
        return self.text_encoder.depth

    def _encode_trunk(self) -> List[TextState]:
        """Encodes class texts up to the first video block, for all videos."""
        encoder = self.text_encoder
        # number of tokens in each chunk of classes
        sizes = [sum(c * length for c, length in runs) for runs in self.chunks]
        # per chunk, a prefix (1, S, D) and suffixes (1, p, D)
        states = (
            self.prompts.embed(self.prompt_vectors, ids, runs, encoder)
            for ids, runs in zip(self.suffix_ids.split(sizes), self.chunks))
        return [
            encoder.trunk(state, self.first_video_block) for state in states
        ]

    def text_before_video(self) -> List[TextState]:
        """Returns texts before the first video block, stored in evaluation."""
        if self.training or torch.is_grad_enabled():
            return self._encode_trunk()
        if self._text_cache is None:
            self._text_cache = self._encode_trunk()
        return self._text_cache
