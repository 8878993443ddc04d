"""Seed selections frame by frame, written from their formulas.

A frame is its query ``(H, N, d)``, key and value ``(H, N + M, d)`` and bias
``(H, N + M)``; a score is a list over its patches.
"""
import math


def frames(inputs):
    """Yields the frames of attention inputs, video by video."""
    batch, length = inputs.query.shape[:2]
    heads, total = inputs.key.shape[2:4]
    bias = inputs.query.new_zeros(heads, total)
    if inputs.bias is not None:
        bias = inputs.bias[:, 0]
    for b in range(batch):
        for t in range(length):
            yield (inputs.query[b, t], inputs.key[b, t], inputs.value[b,
                                                                      t], bias)


def softmax(logits):
    """Returns ``exp(x) / sum(exp(x))`` of a list."""
    powers = [math.exp(x) for x in logits]
    return [p / sum(powers) for p in powers]


def attention_row(frame, head, row, columns):
    """Returns the attention of one token to the first ``columns`` tokens."""
    query, key, _, bias = frame
    return softmax([
        float(query[head, row] @ key[head, j]) / query.shape[-1]**0.5 +
        float(bias[head, j]) for j in range(columns)
    ])


def mean(lists):
    """Averages lists entry by entry."""
    return [sum(column) / len(column) for column in zip(*lists)]


def cls_attention_slowly(frame):
    """Returns the attention of CLS to the patches in every head."""
    length, total = frame[0].shape[1], frame[1].shape[1]
    return [
        attention_row(frame, h, 0, total)[1:length]
        for h in range(len(frame[0]))
    ]


def key_norms_slowly(frame):
    """Returns the key norms of the patches in every head."""
    return [[
        math.sqrt(sum(float(x)**2 for x in k))
        for k in head[1:frame[0].shape[1]]
    ] for head in frame[1]]


def saliency_slowly(frame, sharp=False):
    """Returns vid-TLDR's saliency, stretched to [0, 1] or sharpened."""
    heads, length = frame[0].shape[:2]
    scores = []
    for i in range(1, length):
        row = mean([attention_row(frame, h, i, length) for h in range(heads)])
        scores.append(sum(a * math.log(a) for a in row))
    low, high = min(scores), max(scores)
    scores = [(s - low) / (high - low) for s in scores]
    if not sharp:
        return scores
    middle = sum(scores) / len(scores)
    return [(s - middle) / (1 - middle) if s >= middle else 0. for s in scores]


def ats_slowly(frame):
    """Returns ATS's scores, which add up to 1."""
    attention = cls_attention_slowly(frame)
    scores = []
    for i in range(len(attention[0])):
        norm = math.sqrt(
            sum(float(v)**2 for v in frame[2][:, 1 + i].flatten()))
        scores.append(sum(head[i] for head in attention) * norm)
    return [s / sum(scores) for s in scores]


def falling(scores, patches=None):
    """Sorts patches by falling score."""
    patches = range(len(scores)) if patches is None else patches
    return sorted(patches, key=lambda i: -scores[i])


def pick_in_turn(head_scores, count):
    """Takes every head's best patches, then every second best, and so on."""
    average = mean(head_scores)
    picked = []
    for place in zip(*(falling(scores) for scores in head_scores)):
        new = [i for i in set(place) if i not in picked]
        picked += falling(average, new)
    return picked[:count]


def pick_by_sampling(scores, count):
    """Draws patches by inverse transform, and fills up with the best."""
    order = falling(scores)[::-1]
    height = [sum(scores[i] for i in order[:n + 1]) for n in range(len(order))]
    height = [(h - height[0]) / (height[-1] - height[0]) for h in height]
    start = min(h for h in height if h > 0)
    drawn = set()
    for n in range(count):
        wanted = start + (1 - start) * n / (count - 1)
        gaps = [abs(h - wanted) for h in height]
        drawn.add(order[gaps.index(min(gaps))])
    rest = [i for i in falling(scores) if i not in drawn]
    return (falling(scores, drawn) + rest)[:count]
