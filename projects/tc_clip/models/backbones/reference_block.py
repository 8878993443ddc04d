"""The block of the vision tower: CLIP's, reading reference tokens too."""
from typing import NamedTuple, Optional, Tuple

import torch
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn

from ..attention import AttentionCall, attend, project_kv, project_qkv
from ..injections import TokenInjection
from ..references.base import Context, ReferenceTokens


class LayerTask(NamedTuple):
    """Inputs and options of one layer.

    Attributes:
        layer: its number, 1-based.
        context: context tokens of the layer before ``(B, k, D)``, if any.
        make_context: whether this layer's context tokens are needed.
        cls_only: whether only the CLS tokens of the result are needed.
        frame_length: tokens of a frame, N. What the layer gets behind them
            was inserted by a layer before. Default: nothing was.
    """
    layer: int
    context: Optional[Tensor] = None
    make_context: bool = True
    cls_only: bool = False
    frame_length: Optional[int] = None


class ReferenceBlock(nn.Module):
    """A CLIP block whose frames also attend to reference tokens.

    Takes over the layers of a CLIP block under their own names, so that CLIP
    weights load as they are. Modifications: keys and values are extended by
    those of the reference tokens, and context tokens pass the same feed
    forward layers as the patches (slides, step 3 of TC).

    Args:
        block: the block whose layers are taken over.
        bias: whether to learn a bias per head that tells own tokens from
            reference tokens.
    """

    def __init__(self, block: ResidualAttentionBlock, bias: bool) -> None:
        super().__init__()
        self.ln_1, self.attn, self.ls_1 = block.ln_1, block.attn, block.ls_1
        self.ln_2, self.mlp, self.ls_2 = block.ln_2, block.mlp, block.ls_2
        self.local_global_bias: Optional[nn.Parameter] = None
        if bias:
            table = torch.empty(self.attn.num_heads, 1, 2)
            self.local_global_bias = nn.Parameter(
                nn.init.trunc_normal_(table, std=.02))

    def feed_forward(self, x: Tensor) -> Tensor:
        """Applies the second half of the block to tokens ``(..., D)``."""
        return x + self.ls_2(self.mlp(self.ln_2(x)))

    def attention_call(self, tokens: Tensor, reference: ReferenceTokens,
                       context: Optional[Tensor]) -> AttentionCall:
        """Returns query, key, value and bias of the layer's attention.

        Args:
            tokens: ``(B, T, N, D)``, CLS first.
            reference: the temporal model.
            context: context tokens of the layer before ``(B, k, D)``.
        """
        query, key, value = project_qkv(self.ln_1(tokens), self.attn)
        context_kv = None if context is None else project_kv(
            self.ln_1(context), self.attn)  # each (B, H, k, d)
        return reference.join(query, key, value, context_kv,
                              self.local_global_bias)

    def forward(self, tokens: Tensor, reference: ReferenceTokens,
                injection: TokenInjection,
                task: LayerTask) -> Tuple[Tensor, Optional[Context]]:
        """Encodes the frames of a video for one layer.

        Args:
            tokens: ``(B, T, N, D)``, CLS first, with kept tokens of
                ``injection`` behind.
            reference: the temporal model.
            injection: adds tokens for the attention of this layer.
            task: number, context and options of the layer.

        Returns:
            The frames ``(B, T, N, D)``, with tokens of ``injection`` behind
            if it keeps them, or ``(B, T, 1, D)`` with ``task.cls_only``; and
            the context tokens of this layer.
        """
        length = task.frame_length or tokens.shape[2]  # N
        tokens = injection.insert(tokens, task.layer)  # (B, T, N + J, D)
        call = self.attention_call(tokens, reference, task.context)
        own_call = call._replace(query=call.query[..., :length, :])
        if not (injection.keeps_tokens or reference.joins_frames):
            # inserted tokens are removed here, and were only read
            tokens, call = tokens[:, :, :length], own_call
        attended = attend(call).view_as(tokens)
        tokens = tokens + self.ls_1(self.attn.out_proj(attended))
        own = tokens[:, :, :length]
        context = reference(own, own_call) if task.make_context else None
        if context is not None:
            context = context._replace(
                tokens=self.feed_forward(context.tokens))  # (B, k, D)
        if task.cls_only:
            tokens = own[:, :, :1]  # (B, T, 1, D)
        elif not injection.keeps_tokens:
            tokens = own
        return self.feed_forward(tokens), context
