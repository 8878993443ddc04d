"""TC-CLIP as a textbook would compute it: the same numbers, no savings.

Every video encodes all classes through all text blocks; context tokens are
copied to every frame before they are projected; attention is an explicit
softmax over a matrix that is kept whole. For towers with QuickGELU.
"""
import torch
from open_clip.tokenizer import SimpleTokenizer


def explicit_attention(x, num_queries, attn, bias=None):
    """Returns output ``(B, Q, D)`` and weights ``(B, H, Q, N)`` of tokens."""
    heads = attn.num_heads
    qkv = torch.nn.functional.linear(x, attn.in_proj_weight, attn.in_proj_bias)
    query, key, value = (
        p.unflatten(-1, (heads, -1)).transpose(1, 2) for p in qkv.chunk(3, -1))
    logits = query[:, :, :num_queries] @ key.transpose(-1, -2)
    logits = logits / query.shape[-1]**0.5
    if bias is not None:
        own = bias[..., :1].expand(-1, num_queries, num_queries)
        rest = x.shape[1] - num_queries
        logits = logits + torch.cat(
            (own, bias[..., 1:].expand(-1, num_queries, rest)), -1)
    weights = logits.softmax(-1)
    out = (weights @ value).transpose(1, 2).flatten(2)
    return attn.out_proj(out), weights


def explicit_mlp(x, mlp):
    """Applies feed forward layers with QuickGELU as its formula is."""
    hidden = mlp.c_fc(x)
    return mlp.c_proj(hidden * torch.sigmoid(1.702 * hidden))


def naive_block(block, tokens, context, reference):
    """Applies a block to ``(B, T, N, D)`` and context ``(B, k, D)``."""
    batch, frames, length, _ = tokens.shape
    x = tokens
    if context is not None:
        x = torch.cat((x, context[:, None].repeat(1, frames, 1, 1)), 2)
    out, weights = explicit_attention(
        block.ln_1(x.flatten(0, 1)), length, block.attn,
        None if context is None else block.local_global_bias)
    tokens = tokens + out.unflatten(0, (batch, frames))
    scores = weights[:, :, 0, 1:length].mean(1).unflatten(0, (batch, frames))
    count = int(reference.seed_ratio * (length - 1))
    index = scores.topk(count, -1).indices.unsqueeze(-1)
    seeds = tokens[:, :, 1:].gather(2,
                                    index.expand(-1, -1, -1, tokens.shape[-1]))
    context = reference.summary(
        seeds.flatten(1, 2), reference.num_tokens, reference.merge_step).tokens
    x = torch.cat((tokens.flatten(1, 2), context), 1)
    x = x + explicit_mlp(block.ln_2(x), block.mlp)
    split = frames * length
    return x[:, :split].unflatten(1, (frames, length)), x[:, split:]


def naive_vision(backbone, clips):
    """Returns the video feature and the context tokens of the last layer."""
    tokens, context = backbone.embed(clips), None
    for block in backbone.transformer.resblocks:
        tokens, context = naive_block(block, tokens, context,
                                      backbone.reference)
    feature = backbone.project(tokens[:, :, 0]).mean(1)
    return feature, backbone.project(context)[:, None]


def masked_attention(x, attn, mask):
    """Computes self-attention ``(C, L, D)`` under a mask ``(L, L)``."""
    return attn(x, x, x, need_weights=False, attn_mask=mask)[0]


def naive_text(head, context, length=77):
    """Encodes all classes for every video, through all text blocks.

    Args:
        head: a head with learned prompts ``'a photo of a'``.
        context: context tokens ``(B, P, k, E)``.
        length: positions of a text.
    """
    encoder = head.text_encoder
    names = [name.replace('_', ' ') for name in head.class_names]
    texts = [f'a photo of a {name}.' for name in names]
    ids = SimpleTokenizer()(texts, length).to(context.device)
    embedded = encoder.token_embedding(ids)
    mask = torch.full((length, length), float('-inf')).to(embedded).triu(1)
    features = []
    for video in context:
        prompts = head.prompt_vectors.expand(len(names), -1, -1)
        x = torch.cat((embedded[:, :1], prompts, embedded[:, 5:]), 1)
        x = x + encoder.positional_embedding[:length]
        for i, block in enumerate(encoder.transformer.resblocks, 1):
            if i in head.prompt_layers:
                j = head.prompt_layers.index(i)
                s = video[j].expand(len(names), -1, -1)
                prompts = head.prompting.layers[j](x[:, 1:5], s, s)
                x = torch.cat((x[:, :1], prompts, x[:, 5:]), 1)
            x = x + masked_attention(block.ln_1(x), block.attn, mask)
            x = x + explicit_mlp(block.ln_2(x), block.mlp)
        x = encoder.ln_final(x)[range(len(names)), ids.argmax(-1)]
        features.append(x @ encoder.text_projection)
    return torch.stack(features)


def naive_logits(model, clips, length=77):
    """Scores clips ``(B, 3, T, H, W)``: logits ``(B, C)``."""
    feature, context = naive_vision(model.backbone, clips)
    context = context.detach()
    text = naive_text(model.cls_head, context, length)
    text = torch.nn.functional.normalize(text, dim=-1)
    video = torch.nn.functional.normalize(feature, dim=-1)
    return model.cls_head.logit_scale.exp() * torch.einsum(
        'be,bce->bc', video, text)


def padded_texts(encoder, rows, before_block=None):
    """Encodes texts as CLIP does: padded, through all blocks, read at EOT.

    Args:
        encoder: the text tower.
        rows: embeddings of each text up to EOT ``[(L, D), ...]``.
        before_block: called with the number of a block and ``(C, 77, D)``
            before it; returns what the block gets.
    """
    length = encoder.context_length
    x = torch.stack([
        torch.nn.functional.pad(row, (0, 0, 0, length - len(row)), value=0.7)
        for row in rows
    ]) + encoder.positional_embedding
    mask = torch.full((length, length), float('-inf')).to(x).triu(1)
    for i, block in enumerate(encoder.transformer.resblocks, 1):
        if before_block is not None:
            x = before_block(i, x)
        x = x + masked_attention(block.ln_1(x), block.attn, mask)
        x = x + explicit_mlp(block.ln_2(x), block.mlp)
    eot = [len(row) - 1 for row in rows]
    x = encoder.ln_final(x)[range(len(rows)), eot]
    return x @ encoder.text_projection
