"""What scores patches: numbers by hand, and what does not change a score."""
import math

import pytest
import torch

from projects.tc_clip.models.attention import AttentionCall
from projects.tc_clip.models.references.seed_scores import (ats_scores, divide,
                                                            key_norms, min_max,
                                                            patch_sharpness,
                                                            sharpen)


def call(query, key, value):
    """Attention of one frame with one head, from lists ``(N, d)``."""
    return AttentionCall(*(torch.tensor(x).double()[None, None, None]
                           for x in (query, key, value)))


def test_scores_are_stretched_in_each_frame():
    scores = torch.tensor([[1., 3., 2.], [5., 5., 5.]])
    assert min_max(scores).tolist() == [[0, 1, 0.5], [0, 0, 0]]
    # means are 2 and 5: what is not above is hidden
    assert sharpen(scores).tolist() == [[0, 1, 0], [0, 0, 0]]
    assert sharpen(torch.tensor([0., 3., 4., 1.])).tolist() == [0, .5, 1, 0]


def test_nothing_divided_by_nothing_is_nothing():
    result = divide(torch.tensor([0., 1., 3.]), torch.tensor([0., 2., 4.]))
    assert result.tolist() == [0, 0.5, 0.75]


def test_key_norms_leave_out_cls_and_references():
    query = torch.zeros(1, 1, 1, 3, 2)  # CLS and two patches
    key = torch.tensor([[9., 9.], [3., 4.], [0., 2.], [8., 8.]])
    inputs = AttentionCall(query, key.half()[None, None, None], query)
    norms = key_norms(inputs)
    assert norms.tolist() == [[[[5, 2]]]] and norms.dtype == torch.float32


def test_sharpness_is_the_negative_entropy_of_attention():
    # patches attend 1, 2 and 8 times as much to CLS as to another patch
    logits = [0., 0., math.log(2), math.log(8)]
    query = [[x * 2**.5, 0.] for x in logits]
    key = [[1., 0.], [0., 0.], [0., 0.], [0., 0.]]
    shares = [[0.25] * 4, [2 / 5] + [1 / 5] * 3, [8 / 11] + [1 / 11] * 3]
    entropy = [-sum(p * math.log(p) for p in row) for row in shares]
    low, high = -entropy[0], -entropy[2]
    have = patch_sharpness(call(query, key, key)).flatten().tolist()
    assert have == pytest.approx([0, (-entropy[1] - low) / (high - low), 1])


def test_ats_weighs_attention_by_the_norm_of_values():
    # CLS attends to all alike, so that norms of 1, 2 and 5 decide
    zeros = [[0., 0.]] * 4
    value = [[7., 7.], [1., 0.], [0., 2.], [3., 4.]]
    scores = ats_scores(call(zeros, zeros, value)).flatten()
    assert scores.tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    nothing = ats_scores(call(zeros, zeros, zeros)).flatten()
    assert nothing.tolist() == [0, 0, 0]
