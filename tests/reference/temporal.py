"""Temporal models frame by frame: what each frame reads is written out.

``softmax(q(z_t) [k(z_t) | k(s_t)]^T / sqrt(d) + B) [v(z_t) | v(s_t)]`` with
tokens z of frame t and its references s. Videos are ``(T, N, D)``, after the
first normalisation of a block.
"""
import torch


def explicit_read(own, references, attn, nulls=0, bias=None):
    """Returns what a frame ``(N, D)`` reads from itself and ``(M, D)``.

    Args:
        own: tokens of the frame.
        references: list of tokens ``(D,)``.
        attn: the attention layer.
        nulls: references whose key and value are zero.
        bias: ``(H, 1, 2)``, for own tokens and for references.
    """
    to_query, to_key, to_value = (
        lambda x, w=w, b=b: x @ w.T + b for w, b in zip(
            attn.in_proj_weight.chunk(3), attn.in_proj_bias.chunk(3)))
    tokens = torch.cat((own, torch.stack(references))) if references else own
    null = own.new_zeros(nulls, own.shape[-1])
    query = to_query(own)
    key = torch.cat((to_key(tokens), null))
    value = torch.cat((to_value(tokens), null))
    heads = []
    for h in range(attn.num_heads):
        part = slice(h * attn.head_dim, (h + 1) * attn.head_dim)
        logits = query[:, part] @ key[:, part].T / attn.head_dim**0.5
        if bias is not None:
            logits = logits + bias[h, 0, 1]
            logits[:, :len(own)] += bias[h, 0, 0] - bias[h, 0, 1]
        weights = logits.exp() / logits.exp().sum(1, keepdim=True)
        heads.append(weights @ value[:, part])
    return attn.out_proj(torch.cat(heads, 1))


def cross_frame(video, attn, bias=None, include_own=True):
    """Every frame reads the CLS tokens of all frames."""
    out = []
    for t, own in enumerate(video):
        references = [
            frame[0] for i, frame in enumerate(video) if include_own or i != t
        ]
        out.append(explicit_read(own, references, attn, bias=bias))
    return torch.stack(out)


def window_expansion(video,
                     attn,
                     bias=None,
                     window=1,
                     include_cls=True,
                     boundary='zero'):
    """Every frame reads the frames around it."""
    out = []
    first = 0 if include_cls else 1
    last = len(video) - 1
    for t, own in enumerate(video):
        references, nulls = [], 0
        for i in range(t - window, t + window + 1):
            if i == t:
                continue
            if 0 <= i <= last or boundary == 'clamp':
                references += list(video[min(max(i, 0), last)][first:])
            elif boundary == 'zero':
                nulls += len(own) - first
        out.append(explicit_read(own, references, attn, nulls, bias))
    return torch.stack(out)


def joint_space_time(video, attn):
    """Every frame reads the tokens of all other frames."""
    out = []
    for t, own in enumerate(video):
        others = [
            token for i, frame in enumerate(video) if i != t for token in frame
        ]
        out.append(explicit_read(own, others, attn))
    return torch.stack(out)
