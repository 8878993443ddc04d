"""CLIP's text tower, split into what is shared and what a video changes.

A class text is [SOS | prompts | class name | EOT]. The causal mask puts SOS
and the prompts (the *prefix*) before the name, so their states are the same
for all classes, and only the rest (the *suffix*) exists per class. A block
needs one batch entry for whatever no video has changed yet. Legend: B videos
(1 while video-independent), C classes, S prefix and L suffix positions, D
width, H heads, d head width, E joint width.
"""
from typing import Callable, Mapping, NamedTuple, Optional

import torch
import torch.nn.functional as F
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn

from .attention import project_kv, project_qkv, project_query
from .clip_towers import text_tower


class TextState(NamedTuple):
    """The hidden state of all class texts between two blocks.

    Attributes:
        prefix: ``(B or 1, S, D)``.
        suffix: ``(B or 1, C, L, D)``.
    """
    prefix: Tensor
    suffix: Tensor


def attend_prefix(query: Tensor, prefix_key: Tensor, prefix_value: Tensor,
                  key: Tensor, value: Tensor, visible: Tensor) -> Tensor:
    """Attention of suffix positions to the prefix and to the suffix.

    The prefix is never copied per class, nor the suffix per video.

    Args:
        query: ``(B or 1, C, H, Q, d)``.
        prefix_key: ``(B or 1, H, S, d)``.
        prefix_value: ``(B or 1, H, S, d)``.
        key: ``(B or 1, C, H, L, d)``.
        value: ``(B or 1, C, H, L, d)``.
        visible: which suffix positions a query may read, bool, broadcastable
            to ``(C, 1, Q, L)``.

    Returns:
        ``(B or 1, C, H, Q, d)``.
    """
    query = query * query.shape[-1]**-0.5
    own = query @ key.transpose(-1, -2)  # (b, C, H, Q, L)
    own = own.masked_fill(~visible, float('-inf'))
    prefix = query @ prefix_key.transpose(-1, -2).unsqueeze(1)
    own = own.expand(*prefix.shape[:-1], -1)
    weights = torch.cat((prefix, own), -1).softmax(-1)
    to_prefix, to_own = weights.split((prefix.shape[-1], own.shape[-1]), -1)
    return to_prefix @ prefix_value.unsqueeze(1) + to_own @ value


def merge_heads(x: Tensor) -> Tensor:
    """Brings heads together: ``(..., H, N, d)`` to ``(..., N, D)``."""
    return x.transpose(-2, -3).flatten(-2)


def finish_block(block: ResidualAttentionBlock, x: Tensor,
                 attended: Tensor) -> Tensor:
    """Adds attention ``(..., H, N, d)`` to ``x (..., N, D)``, then the MLP."""
    x = x + block.ls_1(block.attn.out_proj(merge_heads(attended)))
    return x + block.ls_2(block.mlp(block.ln_2(x)))


def text_block(block: ResidualAttentionBlock, state: TextState) -> TextState:
    """Applies one CLIP block to all positions of all class texts."""
    q_pre, k_pre, v_pre = project_qkv(block.ln_1(state.prefix), block.attn)
    query, key, value = project_qkv(block.ln_1(state.suffix), block.attn)
    length = state.suffix.shape[-2]
    visible = torch.ones(
        length, length, dtype=torch.bool, device=query.device).tril()
    prefix = F.scaled_dot_product_attention(
        q_pre, k_pre, v_pre, is_causal=True)
    suffix = attend_prefix(query, k_pre, v_pre, key, value, visible)
    return TextState(
        finish_block(block, state.prefix, prefix),
        finish_block(block, state.suffix, suffix))


def last_text_block(block: ResidualAttentionBlock, state: TextState,
                    eot: Tensor) -> Tensor:
    """Applies the last CLIP block, only to the EOT position that is read.

    Args:
        block: the block.
        state: state before it.
        eot: suffix position of EOT in each class text ``(C, )``.

    Returns:
        ``(B or 1, C, D)``.
    """
    classes, length = state.suffix.shape[1:3]
    rows = torch.arange(classes, device=eot.device)
    x = state.suffix[:, rows, eot].unsqueeze(-2)  # (B or 1, C, 1, D)
    query = project_query(block.ln_1(x), block.attn)
    prefix_kv = project_kv(block.ln_1(state.prefix), block.attn)
    suffix_kv = project_kv(block.ln_1(state.suffix), block.attn)
    position = torch.arange(length, device=eot.device)
    visible = (position <= eot[:, None])[:, None, None]  # (C, 1, 1, L)
    attended = attend_prefix(query, *prefix_kv, *suffix_kv, visible)
    return finish_block(block, x, attended).squeeze(-2)


class TextEncoder(nn.Module):
    """CLIP's text tower for class texts with a common prefix.

    The token embedding is frozen, as in the official code.

    Args:
        config: open_clip config of the tower.
    """

    def __init__(self, config: Mapping) -> None:
        super().__init__()
        tower = text_tower(config)
        self.width, self.context_length = tower.width, tower.context_length
        self.token_embedding = tower.token_embedding.requires_grad_(False)
        self.positional_embedding = tower.positional_embedding
        self.transformer, self.ln_final = tower.transformer, tower.ln_final
        self.text_projection = tower.text_projection

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return len(self.transformer.resblocks)

    def embed(self, prefix: Tensor, suffix_ids: Tensor) -> TextState:
        """Makes the state before the first block.

        Args:
            prefix: token embeddings of SOS and the prompts ``(S, D)``.
            suffix_ids: token ids of names and EOT ``(C, L)``.
        """
        split = len(prefix)
        length = split + suffix_ids.shape[1]
        positions = self.positional_embedding[:length]
        suffix = self.token_embedding(suffix_ids) + positions[split:]
        return TextState((prefix + positions[:split])[None], suffix[None])

    def trunk(self, state: TextState, stop: int) -> TextState:
        """Applies the blocks before block ``stop`` (1-based)."""
        for block in self.transformer.resblocks[:stop - 1]:
            state = text_block(block, state)
        return state

    def tail(
            self,
            state: TextState,
            start: int,
            eot: Tensor,
            condition: Optional[Callable[[int, Tensor],
                                         Tensor]] = None) -> Tensor:
        """Applies the blocks from block ``start`` (1-based) to the last.

        Args:
            state: state before block ``start``.
            start: the first block to apply.
            eot: suffix position of EOT in each class text ``(C, )``.
            condition: called before each block with its number and the
                prefix; returns the prefix that the block shall see, ``(B, S,
                D)`` once it depends on the video.

        Returns:
            Class text features ``(B or 1, C, E)``, not normalised.
        """
        last = self.transformer.resblocks[-1]
        for i in range(start, self.depth + 1):
            if condition is not None:
                state = state._replace(prefix=condition(i, state.prefix))
            if i < self.depth:
                state = text_block(self.transformer.resblocks[i - 1], state)
        features = last_text_block(last, state, eot)
        return self.ln_final(features) @ self.text_projection
