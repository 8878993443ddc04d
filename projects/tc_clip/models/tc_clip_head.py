"""The text side of TC-CLIP as an MMAction2 head."""
import math
from typing import Any, List, Mapping, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmaction.models.heads import BaseHead
from mmaction.registry import MODELS
from torch import Tensor, nn

from ..datasets.class_names import load_class_names
from .class_texts import (ClassTokens, Names, chunk_groups, clip_tokenizer,
                          prompt_ids, readable_name, reworded,
                          tokenize_classes)
from .clip_towers import Arch, clip_config, layer_indices
from .features import Features, pool_feature, split_features
from .text_encoder import TextEncoder, TextState
from .weights import load_clip, load_into, text_weights


@MODELS.register_module()
class TCCLIPHead(BaseHead):
    """Scores videos by the cosine to the text features of class names.

    With the tuple of TCCLIPViT, prompts are conditioned on each video's
    context tokens (slides, "Video-conditional Prompting"). With the plain
    feature of any other backbone, set ``prompt_layers=[]``.

    Text that no video has changed is encoded once per step in training, and
    once per class list in evaluation. The stored state is dropped by
    :meth:`set_classes`, :meth:`train`, by loading weights and by moving the
    head to another device or dtype.

    Args:
        class_names: the names, or a .txt, .csv or .json file of them.
        wordings: other ways to say them, each a template such as ``'{}
            outdoors'`` or a file of as many names. A class is then scored by
            the mean of the unit features of all its texts (CLIP's prompt
            ensemble).
        arch: open_clip ViT whose text tower is used; TCCLIPRecognizer takes
            the backbone's.
        pretrained: see TCCLIPViT; TCCLIPRecognizer takes the backbone's.
        num_prompts: learnable prompt vectors; with 0 the words of
            ``prompt_init`` stay as they are, and so do underscores in names
            (as in the official code of ViFi-CLIP).
        prompt_init: words that the prompt vectors start from, one token for
            each; None draws them from N(0, 0.02).
        prompt_layers: text blocks before which the video enters; 1-based, -1
            is the last.
        prompting: config of how it enters.
        fusion: config of a module by which class texts read the context
            tokens of the last of those layers (the last one without any)
            after the text tower; None for none.
        full_stop: what follows a class name.
        split_camel_case: whether 'ApplyLipstick' is read as two words.
        context_length: positions that a class text may take; None stands for
            what the tower has. Positions after the end of a text are never
            computed.
        class_chunk: classes whose texts are encoded at a time, which bounds
            memory where there are thousands; None stands for all.
        with_cp: whether gradients recompute each text block instead of
            keeping its activations: a third more time for less memory.
        detach_context: whether the text side sends no gradient back into
            the context tokens.
        in_channels: channels of the video feature; where they differ from
            CLIP's joint width, a linear projection is learned.
        kwargs: options of MMAction2's BaseHead; ``num_classes`` follows from
            the names.

    Example:
        >>> head = TCCLIPHead(['running', 'jumping'], prompt_layers=[])
        >>> head(torch.rand(4, 512)).shape  # (4, 2)
    """

    def __init__(self,
                 class_names: Names,
                 wordings: Sequence[str] = (),
                 arch: Arch = 'ViT-B-16',
                 pretrained: Optional[str] = None,
                 num_prompts: int = 4,
                 prompt_init: Optional[str] = 'a photo of a',
                 prompt_layers: Sequence[int] = (-1, ),
                 prompting: Optional[dict] = None,
                 fusion: Optional[dict] = None,
                 full_stop: str = '.',
                 split_camel_case: bool = False,
                 context_length: Optional[int] = None,
                 class_chunk: Optional[int] = None,
                 with_cp: bool = False,
                 detach_context: bool = True,
                 in_channels: Optional[int] = None,
                 **kwargs: Any) -> None:
        if 'num_classes' in kwargs:
            raise ValueError('num_classes follows from class_names: remove it '
                             'from the head (or inherit with _delete_=True)')
        config = clip_config(arch, pretrained)
        width = config['embed_dim']
        super().__init__(0, in_channels or width, **kwargs)
        self.arch, self.pretrained = arch, pretrained
        self.split_camel_case, self.full_stop = split_camel_case, full_stop
        self.detach_context = detach_context
        self.text_encoder = TextEncoder(config, with_cp)
        if class_chunk is not None and class_chunk < 1:
            raise ValueError(f'class_chunk={class_chunk} must be 1 or more')
        self.class_chunk = class_chunk
        longest = self.text_encoder.context_length
        self.context_length = min(context_length or longest, longest)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.project: nn.Module = nn.Identity()
        if self.in_channels != width:
            self.project = nn.Linear(self.in_channels, width, bias=False)
        self._make_prompts(prompt_init, num_prompts)
        self._make_prompting(prompt_layers, prompting, width)
        self.fusion = MODELS.build(dict(fusion, channels=width)) \
            if fusion else None
        self._trunk: Optional[List[TextState]] = None
        self.set_classes(class_names, wordings)

    def _make_prompts(self, words: Optional[str], num_prompts: int) -> None:
        """Makes the prompt vectors, learnable if there are any."""
        ids = [] if words is None else prompt_ids(words, num_prompts)
        sos = clip_tokenizer().sot_token_id
        self.register_buffer(
            'prefix_ids', torch.tensor([sos] + ids), persistent=False)
        self.prompt_vectors: Optional[nn.Parameter] = None
        if num_prompts:
            self.prompt_vectors = nn.Parameter(
                0.02 * torch.randn(num_prompts, self.text_encoder.width))
            self._init_prompts()

    @torch.no_grad()
    def _init_prompts(self) -> None:
        """Sets the prompt vectors to the embeddings of their words."""
        if self.prompt_vectors is not None and len(self.prefix_ids) > 1:
            words = self.text_encoder.token_embedding(self.prefix_ids[1:])
            self.prompt_vectors.copy_(words)

    def _make_prompting(self, layers: Sequence[int], prompting: Optional[dict],
                        width: int) -> None:
        """Makes the module through which a video enters the prompts."""
        self.prompt_layers = layer_indices(layers, self.text_encoder.depth,
                                           'prompt_layers')
        self.prompting: Optional[nn.Module] = None
        if self.prompt_layers:
            blocks = self.text_encoder.transformer.resblocks
            self.prompting = MODELS.build(
                dict(
                    prompting or dict(type='VideoConditionalPrompting'),
                    blocks=[blocks[i - 1] for i in self.prompt_layers],
                    in_channels=width))

    def init_weights(self,
                     clip: Optional[Mapping[str, Tensor]] = None) -> None:
        """Loads CLIP, then starts prompts and their layers from its weights.

        Args:
            clip: state dict of CLIP where it is loaded already.
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
        self.drop_text()

    def set_classes(self, names: Names, wordings: Sequence[str] = ()) -> None:
        """Exchanges the classes; nothing that is learned depends on them.

        Args:
            names: class names, or a file of them.
            wordings: other ways to say them, as in the options.
        """
        names = load_class_names(names)
        tokens = self._tokenize(
            [names, *(reworded(names, wording) for wording in wordings)])
        self.class_names, self.num_classes = names, len(names)
        self.chunks = list(
            chunk_groups(tokens.groups, self.class_chunk
                         or len(tokens.text_of_class)))
        device = self.logit_scale.device
        self.register_buffer(
            'suffix_ids', tokens.ids.to(device), persistent=False)
        self.register_buffer(
            'text_of_class', tokens.text_of_class.to(device), persistent=False)
        self.drop_text()

    def _tokenize(self, wordings: Sequence[Sequence[str]]) -> ClassTokens:
        """Tokenizes the class names in all wordings."""
        learned = self.prompt_vectors is not None
        texts = [
            readable_name(name, self.split_camel_case, learned) +
            self.full_stop for names in wordings for name in names
        ]
        prompts = self.prefix_ids[1:] if self.prompt_vectors is None \
            else self.prompt_vectors
        return tokenize_classes(texts, 1 + len(prompts), self.context_length)

    def drop_text(self) -> None:
        """Forgets the text that was encoded for evaluation."""
        self._trunk = None

    def train(self, mode: bool = True) -> 'TCCLIPHead':
        """Sets training mode and forgets encoded text."""
        self.drop_text()
        return super().train(mode)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        """Loads weights and forgets encoded text."""
        self.drop_text()
        super()._load_from_state_dict(*args, **kwargs)

    def _apply(self, *args: Any, **kwargs: Any) -> 'TCCLIPHead':
        """Moves or casts the head and forgets encoded text."""
        self.drop_text()
        return super()._apply(*args, **kwargs)

    @property
    def _first_own_block(self) -> int:
        """First text block that may see a video; the last at the latest."""
        return (self.prompt_layers or [self.text_encoder.depth])[0]

    def _encode_trunk(self) -> List[TextState]:
        """Encodes what all videos share, up to the first own block."""
        prefix = self.text_encoder.token_embedding(self.prefix_ids)
        if self.prompt_vectors is not None:
            prefix = torch.cat((prefix[:1], self.prompt_vectors))
        encoder = self.text_encoder
        sizes = [sum(c * length for c, length in g) for g in self.chunks]
        return [
            encoder.trunk(
                encoder.embed(prefix, ids, groups), self._first_own_block)
            for ids, groups in zip(self.suffix_ids.split(sizes), self.chunks)
        ]

    def shared_text(self) -> List[TextState]:
        """Returns the text that no video has changed, stored if possible."""
        if self.training or torch.is_grad_enabled():
            return self._encode_trunk()
        if self._trunk is None:
            self._trunk = self._encode_trunk()
        return self._trunk

    def encode_text(self, context: Optional[Tensor] = None) -> Tensor:
        """Encodes the class texts.

        Args:
            context: context tokens ``(B, P, k, E)``, one set for each of the
                P ``prompt_layers``; for fusion alone one set. Not needed
                without both.

        Returns:
            ``(B, C, E)``, or ``(1, C, E)`` without prompt layers; not
            normalised. With several wordings, the mean of their unit vectors.

        Raises:
            ValueError: the context tokens do not fit the prompt layers.
        """
        context = self._check_context(context)

        def condition(block: int, prefix: Tensor) -> Tensor:
            if (context is None or self.prompting is None
                    or block not in self.prompt_layers):
                return prefix
            i = self.prompt_layers.index(block)
            prompts = self.prompting(prefix[:, 1:], context[:, i], i)
            sos = prefix[:, :1].expand(len(prompts), -1, -1)
            return torch.cat((sos, prompts), 1)

        texts = [
            self.text_encoder.tail(state, self._first_own_block, condition)
            for state in self.shared_text()
        ]
        features = torch.cat(texts, 1)[:, self.text_of_class]
        if self.fusion is not None and context is not None:
            features = self.fusion(features, context[:, -1])
        if features.shape[1] == self.num_classes:
            return features
        wordings = features.unflatten(1, (-1, self.num_classes))
        return F.normalize(wordings, dim=-1).mean(1)

    def _check_context(self, context: Optional[Tensor]) -> Optional[Tensor]:
        """Checks the context tokens; cuts their gradient where asked to."""
        wanted = len(self.prompt_layers) or int(self.fusion is not None)
        if not wanted:
            return None
        given = 0 if context is None else context.shape[1]
        if context is None or given != wanted:
            raise ValueError(
                f'{wanted} prompt_layers need context tokens of as many '
                f'vision layers, but the backbone gave {given}: set its '
                'context_layers, or prompt_layers=[] and fusion=None for '
                'texts that do not see the video')
        return context.detach() if self.detach_context else context

    def unit_features(self,
                      x: Features,
                      num_segs: int = 1) -> Tuple[Tensor, Tensor]:
        """Brings videos and class texts to where they are compared.

        Args:
            x: see :meth:`forward`.
            num_segs: see :meth:`forward`.

        Returns:
            Videos ``(B, E)`` and texts ``(B or 1, C, E)``, of unit length.
        """
        feature, context = split_features(x)
        feature = pool_feature(feature, num_segs)
        if feature.shape[1] != self.in_channels:
            raise ValueError(f'The backbone gives {feature.shape[1]} channels '
                             f'and the head expects in_channels='
                             f'{self.in_channels}: set in_channels')
        return (F.normalize(self.project(feature), dim=-1),
                F.normalize(self.encode_text(context), dim=-1))

    def compare(self, video: Tensor, text: Tensor) -> Tensor:
        """Returns the logits of :meth:`unit_features`, ``(B, C)``."""
        cosine = (text @ video.unsqueeze(-1)).squeeze(-1)
        return self.logit_scale.exp() * cosine

    def forward(self, x: Features, num_segs: int = 1, **kwargs: Any) -> Tensor:
        """Scores videos.

        Args:
            x: video feature ``(B, E)`` and context tokens ``(B, P, k, E)`` of
                TCCLIPViT, or the feature of another backbone: ``(B *
                num_segs, C)``, or with positions ``(B * num_segs, C, ...)``.
            num_segs: segments of a video for image backbones.

        Returns:
            Logits ``(B, C)``: cosines times ``exp(logit_scale)``.
        """
        return self.compare(*self.unit_features(x, num_segs))
