"""From class names to prompts, and from videos to prompts."""
import copy
import re
from functools import lru_cache
from typing import List, NamedTuple, Sequence

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from open_clip.tokenizer import SimpleTokenizer
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn


class ClassTokens(NamedTuple):
    """Token ids of what follows the prompts.

    Attributes:
        ids: name, full stop and EOT, padded with zeros ``(C, L)``.
        eot: position of EOT in each row ``(C, )``.
    """
    ids: Tensor
    eot: Tensor


@lru_cache(maxsize=1)
def clip_tokenizer() -> SimpleTokenizer:
    """Returns CLIP's tokenizer; reading its vocabulary takes a moment."""
    return SimpleTokenizer()


def readable_name(name: str,
                  split_camel_case: bool = False,
                  split_underscores: bool = True) -> str:
    """Writes a class name as words: ``'ski_jump'`` becomes ``'ski jump'``.

    Args:
        name: as the data set has it.
        split_camel_case: puts a space before every capital letter, for names
            such as ``'ApplyEyeMakeup'`` (UCF-101). It breaks acronyms.
        split_underscores: writes underscores as spaces.
    """
    if split_underscores:
        name = name.replace('_', ' ')
    return re.sub('([A-Z])', r' \1', name) if split_camel_case else name


def tokenize_classes(names: Sequence[str], num_before: int,
                     context_length: int) -> ClassTokens:
    """Tokenizes ``'{name}.'`` and EOT for every class.

    Args:
        names: class names, as words.
        num_before: positions that SOS and the prompts take.
        context_length: positions that a text may have in all.

    Raises:
        ValueError: a class name is too long; nothing is cut off.
    """
    tokenizer = clip_tokenizer()
    rows: List[List[int]] = []
    for name in names:
        rows.append(tokenizer.encode(f'{name}.') + [tokenizer.eot_token_id])
        length = num_before + len(rows[-1])
        if length > context_length:
            raise ValueError(
                f'The text of class {name!r} takes {length} of '
                f'{context_length} positions: shorten the name or raise '
                'context_length (77 at most in CLIP)')
    eot = torch.tensor([len(row) - 1 for row in rows])
    ids = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True)
    return ClassTokens(ids, eot)


def prompt_ids(words: str, num_prompts: int) -> List[int]:
    """Tokenizes the words that prompt vectors start from.

    Raises:
        ValueError: they are not as many tokens as there are prompts.
    """
    ids = clip_tokenizer().encode(words)
    if num_prompts and len(ids) != num_prompts:
        raise ValueError(
            f'prompt_init={words!r} has {len(ids)} tokens but num_prompts='
            f'{num_prompts}: make them equal, or prompt_init=None for random')
    return ids


@MODELS.register_module()
class VideoConditionalPrompting(BaseModule):
    """Prompt vectors read the context tokens of a video by cross-attention.

    One pre-norm cross-attention block of CLIP's shape for each text layer in
    which the video enters (slides, "Video-conditional Prompting"): ``p +
    MHCA(LN(p), LN(s))``, then ``p + FFN(LN(p))``.

    Args:
        blocks: the CLIP text blocks before which the prompts are conditioned;
            :meth:`init_weights` starts from copies of their weights.
        in_channels: width E of the context tokens. Where the text tower has
            another width, a linear projection comes first.
    """

    def __init__(self, blocks: Sequence[ResidualAttentionBlock],
                 in_channels: int) -> None:
        super().__init__()
        self._blocks = list(blocks)  # a list: theirs, not our submodules
        self.layers = nn.ModuleList(
            self._cross_attention(block) for block in blocks)
        width = blocks[0].attn.embed_dim
        self.project: nn.Module = nn.Identity()
        if in_channels != width:
            self.project = nn.Linear(in_channels, width)

    @staticmethod
    def _cross_attention(block: ResidualAttentionBlock) -> nn.Module:
        """Makes a cross-attention block of the shape of a CLIP block."""
        layer = copy.deepcopy(block)
        layer.ln_1_kv = copy.deepcopy(block.ln_1)
        return layer

    def init_weights(self) -> None:
        """Copies the weights of the CLIP blocks of the same index."""
        super().init_weights()
        for layer, block in zip(self.layers, self._blocks):
            weights = block.state_dict()
            for name in ('weight', 'bias'):
                weights[f'ln_1_kv.{name}'] = weights[f'ln_1.{name}']
            layer.load_state_dict(weights)

    def forward(self, prompts: Tensor, context: Tensor, index: int) -> Tensor:
        """Conditions the prompts on the videos.

        Args:
            prompts: ``(B or 1, n, D)``.
            context: context tokens ``(B, k, E)``.
            index: which of the conditioned layers this is, from 0.

        Returns:
            ``(B, n, D)``.
        """
        context = self.project(context)
        prompts = prompts.expand(len(context), -1, -1)
        return self.layers[index](prompts, context, context)
