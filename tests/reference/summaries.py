"""Summaries of the seeds of one video, written from their descriptions.

Seeds are ``(M, D)``. Each function returns the groups as lists of seeds.
"""
import torch

from projects.tc_clip.models.references.token_merging import merge_schedule


def average(seeds, group, weights=None):
    """Averages a group of seeds by their weights."""
    weights = torch.ones(len(seeds)) if weights is None else weights
    total = sum(seeds[i] * weights[i] for i in group)
    return total / sum(weights[i] for i in group)


def merge_slowly(seeds, num_tokens, step, weights=None, side='both'):
    """Bipartite soft matching, token by token.

    Written from the description of ToMe's matching: even positions propose,
    the most similar proposals fold in, and the rest stays in the order
    [unmerged, most similar first | odd positions]. A token is its mean, size
    and seeds; with ``side='source'`` size counts times the weight of the
    token's own seed when it is folded.

    Returns:
        Tokens and groups.
    """
    sizes = [1.] * len(seeds) if weights is None else weights.tolist()
    factors = [1.] * len(seeds)
    if side == 'source':
        sizes, factors = factors, sizes
    tokens = [
        dict(mean=x, size=s, factor=f, group=[i])
        for i, (x, s, f) in enumerate(zip(seeds, sizes, factors))
    ]
    for count in merge_schedule(len(seeds), num_tokens, step):
        proposals = []
        for a in range(0, len(tokens), 2):
            similarity = [(float(
                torch.cosine_similarity(tokens[a]['mean'], tokens[b]['mean'],
                                        0)), b)
                          for b in range(1, len(tokens), 2)]
            proposals.append((*max(similarity), a))
        proposals.sort(reverse=True)
        for _, b, a in proposals[:count]:
            fold(tokens[a], tokens[b])
        kept = [a for _, _, a in proposals[count:]]
        tokens = [tokens[i] for i in kept + list(range(1, len(tokens), 2))]
    return (torch.stack([t['mean'] for t in tokens]),
            [sorted(t['group']) for t in tokens])


def fold(source, into):
    """Folds one token into another: a mean by sizes."""
    size = source['size'] * source['factor']
    total = into['size'] * into['mean'] + size * source['mean']
    into['size'] += size
    into['mean'] = total / into['size']
    into['group'] = into['group'] + source['group']


def kmeans_slowly(seeds, num_groups, iterations, weights=None):
    """Lloyd's algorithm from evenly strided seeds.

    An empty group takes the token farthest from its centre among those that
    do not leave a group empty.
    """
    centres = [seeds[n * len(seeds) // num_groups] for n in range(num_groups)]
    for _ in range(iterations):
        groups = [[] for _ in centres]
        gap = []
        for i, x in enumerate(seeds):
            gaps = [float((x - c).norm()) for c in centres]
            gap.append(min(gaps))
            groups[gaps.index(min(gaps))].append(i)
        for empty in [g for g in groups if not g]:
            farthest = max((i for g in groups if len(g) > 1 for i in g),
                           key=lambda i: gap[i])
            next(g for g in groups if farthest in g).remove(farthest)
            empty.append(farthest)
            gap[farthest] = -1.
        centres = [average(seeds, g, weights) for g in groups]
    return groups


def dpc_knn_slowly(seeds, num_groups, neighbours):
    """Density peaks: dense tokens far from denser ones are centres."""
    count = range(len(seeds))
    scale = seeds.shape[1]**0.5
    gap = [[float((x - y).norm()) / scale for y in seeds] for x in seeds]
    density = []
    for row in gap:
        nearest = sorted(row)[:neighbours]
        mean = sum(d * d for d in nearest) / len(nearest)
        density.append(float(torch.tensor(-mean).double().exp()))
    peaks = []
    for i in count:
        denser = [
            gap[i][j] for j in count
            if density[j] > density[i] or (density[j] == density[i] and j < i)
        ]
        peaks.append(density[i] *
                     min(denser, default=max(max(row) for row in gap)))
    centres = sorted(count, key=lambda i: -peaks[i])[:num_groups]
    groups = [[] for _ in centres]
    for i in count:
        own = [gap[i][c] for c in centres]
        index = centres.index(i) if i in centres else own.index(min(own))
        groups[index].append(i)
    return groups
