"""CLIP's text tower, split into a trunk, computed once, and a tail, per video.

A class text is [SOS | prompts | class name | EOT]. The causal mask puts SOS
and the prompts (the *prefix*) before the name, so their states are the same
for all classes, and only the rest (the *suffix*) exists per class. Suffixes
are concatenated without padding. Until the first video-conditioned block the
batch size is 1. Legend: B videos, C classes, S prefix positions, L suffix
positions of a class, P suffix positions of all classes, D width, H heads, d
head width, E joint width.
"""
from typing import Any, Callable, Mapping, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from open_clip.transformer import ResidualAttentionBlock
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ...clip.towers import text_tower
from ..attention import KeyValue, project_kv, project_qkv, project_query
from .class_texts import LengthRuns

# From the number of a block and the prefix before it to the prefix it gets
Condition = Callable[[int, Tensor], Tensor]


class TextState(NamedTuple):
    """The hidden state of class texts between two blocks.

    Attributes:
        prefix: ``(B or 1, S, D)``.
        suffix: ``(B or 1, P, D)``, texts of equal length together.
        runs: number of classes and suffix tokens of each, for every length.
    """
    prefix: Tensor
    suffix: Tensor
    runs: LengthRuns


def split_classes(x: Tensor, runs: LengthRuns) -> Tuple[Tensor, ...]:
    """Cuts ``(..., P, D)`` into a ``(..., C, L, D)`` for every length L."""
    sizes = [classes * length for classes, length in runs]
    return tuple(
        part.unflatten(-2, group)
        for part, group in zip(x.split(sizes, -2), runs))


def attend_prefix(query: Tensor, key: Tensor, value: Tensor,
                  prefix_kv: KeyValue) -> Tensor:
    """Computes causal attention of suffix positions to prefix and suffix.

    Args:
        query: the last Q positions of each class ``(B or 1, H, C, Q, d)``.
        key: ``(B or 1, H, C, L, d)``.
        value: ``(B or 1, H, C, L, d)``.
        prefix_kv: keys and values of the prefix ``(B or 1, H, S, d)``.

    Returns:
        ``(B or 1, H, C * Q, d)``.
    """
    prefix_key, prefix_value = prefix_kv
    classes, asked, length = *query.shape[2:4], key.shape[3]  # C, Q, L
    query = query * query.shape[-1]**-0.5
    # The prefix is the same for all classes: one product for all queries.
    prefix = query.flatten(2, 3) @ prefix_key.transpose(-1, -2)
    prefix = prefix.unflatten(2, (classes, asked))  # (b, H, C, Q, S)
    suffix = query @ key.transpose(-1, -2)  # (b, H, C, Q, L)
    # The queries are the last Q of L positions; each sees positions up to it.
    visible = suffix.new_ones(asked, length, dtype=torch.bool)
    visible = visible.tril(length - asked)  # (Q, L)
    suffix = suffix.masked_fill(~visible, float('-inf'))
    suffix = suffix.expand(len(prefix), -1, -1, -1, -1)
    weights = torch.cat((prefix, suffix), -1).softmax(-1)  # (b, H, C, Q, S+L)
    to_prefix, to_suffix = weights.split((prefix.shape[-1], length), -1)
    # both (b, H, C * Q, d)
    return (to_prefix.flatten(2, 3) @ prefix_value +
            (to_suffix @ value).flatten(2, 3))


def merge_heads(x: Tensor) -> Tensor:
    """Concatenates heads: ``(..., H, N, d)`` to ``(..., N, D)``."""
    return x.transpose(-2, -3).flatten(-2)


def finish_block(block: Any, x: Tensor, attended: Tensor) -> Tensor:
    """Adds attention ``(..., H, N, d)`` to ``x (..., N, D)``, then the MLP."""
    x = x + block.ls_1(block.attn.out_proj(merge_heads(attended)))
    return x + block.ls_2(block.mlp(block.ln_2(x)))


def text_block(block: Any, state: TextState) -> TextState:
    """Applies one CLIP block to all positions of all class texts."""
    # each (b, H, S, d)
    query, key, value = project_qkv(block.ln_1(state.prefix), block.attn)
    prefix = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    qkv = project_qkv(block.ln_1(state.suffix), block.attn)  # (b, H, P, d)
    # texts of one length at a time: (b, H, C, L, d) to (b, H, C * L, d)
    suffix = [
        attend_prefix(q, k, v, (key, value))
        for q, k, v in zip(*(split_classes(x, state.runs) for x in qkv))
    ]
    return TextState(
        finish_block(block, state.prefix, prefix),
        finish_block(block, state.suffix, torch.cat(suffix, -2)), state.runs)


def last_text_block(block: Any, state: TextState) -> Tensor:
    """Applies the last CLIP block to EOT positions only.

    No other position is used after it, so queries of others are not computed.

    Args:
        block: the last block.
        state: state before this block.

    Returns:
        ``(B or 1, C, D)``.
    """
    eot = torch.cat(
        [x[:, :, -1] for x in split_classes(state.suffix, state.runs)],
        1)  # (b, C, D)
    query = project_query(block.ln_1(eot), block.attn)
    # for every length, keys and values (b, H, C, L, d)
    keys, values = (
        split_classes(x, state.runs)
        for x in project_kv(block.ln_1(state.suffix), block.attn))
    # each (b, H, S, d)
    prefix_kv = project_kv(block.ln_1(state.prefix), block.attn)
    # one query for each class: (b, H, C, 1, d) for every length
    queries = split_classes(query,
                            tuple((classes, 1) for classes, _ in state.runs))
    attended = [
        attend_prefix(q, k, v, prefix_kv)
        for q, k, v in zip(queries, keys, values)
    ]
    return finish_block(block, eot, torch.cat(attended, -2))


class TextBlock(nn.Module):
    """A CLIP block that applies itself to class texts.

    Takes over the layers of a CLIP block under their own names, so that CLIP
    weights load as they are. Its weights are only read in :meth:`forward`:
    wrappers that gather or recompute a module, as those of FSDP, rely on that.

    Args:
        block: the block whose layers are taken over.
    """

    def __init__(self, block: ResidualAttentionBlock) -> None:
        super().__init__()
        self.ln_1, self.attn, self.ls_1 = block.ln_1, block.attn, block.ls_1
        self.ln_2, self.mlp, self.ls_2 = block.ln_2, block.mlp, block.ls_2

    def forward(self, state: TextState, eot_only: bool = False) -> Any:
        """Applies the block.

        Args:
            state: the state before it.
            eot_only: whether only EOT positions of the result are needed.

        Returns:
            The state behind it; with ``eot_only`` see :func:`last_text_block`.
        """
        return last_text_block(self, state) if eot_only else text_block(
            self, state)


class TextEncoder(nn.Module):
    """CLIP's text tower for class texts with a common prefix.

    The token embedding is frozen, as in the official code.

    Args:
        config: open_clip config of the tower.
        with_cp: whether gradients recompute each block instead of keeping
            its activations.
    """

    def __init__(self, config: Mapping, with_cp: bool = False) -> None:
        super().__init__()
        tower = text_tower(config)
        self.width, self.context_length = tower.width, tower.context_length
        self.token_embedding = tower.token_embedding.requires_grad_(False)
        self.positional_embedding = tower.positional_embedding
        self.transformer, self.ln_final = tower.transformer, tower.ln_final
        self.transformer.resblocks = nn.ModuleList(
            TextBlock(block) for block in tower.transformer.resblocks)
        self.text_projection = tower.text_projection
        self.with_cp = with_cp

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return len(self.transformer.resblocks)

    def embed(self, prefix: Tensor, suffix: Tensor,
              runs: LengthRuns) -> TextState:
        """Adds positions, and returns the state before the first block.

        Args:
            prefix: embeddings of SOS and shared prompts ``(S, D)``.
            suffix: embeddings of the suffixes, one text after the other ``(P,
                D)``.
            runs: number of classes and positions of each, for every length.
        """
        # (S, D) and the positions after the prefix
        positions, rest = self.positional_embedding.tensor_split([len(prefix)])
        # every text of length L gets the first L positions after the prefix
        suffix_positions = torch.cat(
            [rest[:length].repeat(classes, 1) for classes, length in runs])
        # a batch axis of 1: all videos share the state
        return TextState((prefix + positions)[None],
                         (suffix + suffix_positions)[None], runs)

    def _apply_block(self, i: int, state: TextState) -> TextState:
        """Applies block ``i`` (1-based) to all positions."""
        block = self.transformer.resblocks[i - 1]
        if self.with_cp and torch.is_grad_enabled():
            return checkpoint(block, state, use_reentrant=False)
        return block(state)

    def trunk(self,
              state: TextState,
              stop: int,
              condition: Optional[Condition] = None) -> TextState:
        """Applies the blocks before block ``stop`` (1-based).

        Args:
            state: state before the first block.
            stop: the first block that is not applied.
            condition: see :meth:`tail`.
        """
        for i in range(1, stop):
            if condition is not None:
                state = state._replace(prefix=condition(i, state.prefix))
            state = self._apply_block(i, state)
        return state

    def tail(self,
             state: TextState,
             start: int,
             condition: Optional[Condition] = None) -> Tensor:
        """Applies the blocks from block ``start`` (1-based) to the last.

        Args:
            state: state before block ``start``.
            start: the first block to apply.
            condition: called before each block with its number and the prefix;
                returns the prefix for the block, ``(B, S, D)`` as soon as it
                depends on the video.

        Returns:
            Class text features ``(B or 1, C, E)``, not normalised.
        """
        for i in range(start, self.depth + 1):
            if condition is not None:
                state = state._replace(prefix=condition(i, state.prefix))
            if i < self.depth:
                state = self._apply_block(i, state)
        features = self.transformer.resblocks[-1](state, eot_only=True)
        # (B or 1, C, D) -> (B or 1, C, E)
        return self.ln_final(features) @ self.text_projection
