"""Labels of videos that are compared with chosen texts."""
import pytest
import torch
from mmaction.structures import ActionDataSample

from projects.tc_clip.models.heads.contrast import hard_labels
from tests.small import make_head


def make_samples(*labels):
    return [ActionDataSample().set_gt_label(label) for label in labels]


def test_labels_are_one_number_for_each_video():
    assert hard_labels(make_samples(2, 0, 2)).tolist() == [2, 0, 2]
    assert hard_labels(make_samples(torch.tensor(5))).tolist() == [5]


@pytest.mark.parametrize('contrast', ['BatchTexts', 'SampledClasses'])
def test_mixed_labels_are_refused(contrast):
    head = make_head(prompt_layers=[], contrast=dict(type=contrast))
    samples = make_samples(torch.tensor([0.5, 0.5, 0.]), torch.eye(3)[0])
    with pytest.raises(ValueError, match='needs one class, .*blending=None'):
        head.loss(torch.rand(2, 24), samples)


def test_smoothed_labels_are_refused():
    with pytest.raises(ValueError, match='label_smooth_eps .* must be 0 with'):
        make_head(contrast=dict(type='BatchTexts'), label_smooth_eps=0.1)


def test_evaluation_compares_with_all_classes():
    options = dict(prompt_layers=[])
    plain = make_head(**options)
    head = make_head(contrast=dict(type='BatchTexts'), **options)
    x = torch.rand(2, 24)
    assert head(x).equal(plain(x))
