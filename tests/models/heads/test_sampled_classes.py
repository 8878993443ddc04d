"""The classes of a batch and some others."""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from projects.tc_clip.models.text import text_encoder
from tests.models.heads.test_contrast import make_samples
from tests.small import make_head, spy

NAMES = ['run', 'sit', 'swim', 'jump', 'walk', 'sing', 'ski jumping']


def make(num_classes):
    return MODELS.build(dict(type='SampledClasses', num_classes=num_classes))


def test_classes_of_the_batch_come_first_and_in_order():
    labels = torch.tensor([5, 1, 5])
    for seed in range(20):
        torch.manual_seed(seed)
        classes, = make(4).choose(labels, 1, 7).tolist()
        assert classes[:2] == [1, 5] and len({*classes}) == 4
        torch.manual_seed(seed)
        assert make(4).choose(labels, 1, 7).tolist() == [classes]


def test_all_other_classes_are_drawn_equally_often():
    torch.manual_seed(0)
    labels, counts = torch.tensor([2]), torch.zeros(5)
    for _ in range(2000):
        counts[make(3).choose(labels, 1, 5)[0]] += 1
    assert counts[2] == 2000
    # 2 of 4 each time, which deviates by about 22
    assert (counts[[0, 1, 3, 4]] - 1000).abs().max() < 90


@pytest.mark.parametrize('num_classes, wanted', [(1, [1, 5]), (2, [1, 5]),
                                                 (9, [*range(6)])])
def test_a_batch_may_have_more_classes_and_the_list_fewer(num_classes, wanted):
    classes, = make(num_classes).choose(torch.tensor([5, 1, 5]), 1, 6)
    assert sorted(classes.tolist()) == wanted
    assert classes[:2].tolist() == [1, 5]


def test_all_texts_of_a_class_are_chosen():
    texts = make(3).choose(torch.tensor([4, 0]), 2, 6)
    assert texts.shape == (2, 3) and texts[0, :2].tolist() == [0, 4]
    assert texts[1].tolist() == (texts[0] + 6).tolist()


def test_one_class_is_the_least():
    with pytest.raises(ValueError, match='num_classes=0 must be 1 or more'):
        make(0)


@pytest.mark.parametrize('options', [
    dict(prompt_layers=[]),
    dict(prompt_layers=[-1]),
    dict(prompt_layers=[], templates=['{}', 'a {}']),
    dict(
        prompt_layers=[],
        templates=['{}', 'a {}'],
        aggregate=dict(type='MeanOfProbabilities')),
])
def test_loss_is_over_the_chosen_classes(monkeypatch, options):
    contrast = dict(type='SampledClasses', num_classes=4)
    head = make_head(NAMES, contrast=contrast, **options).train()
    head.contrast.draw = lambda others, count: others[-count:].flip(0)
    blocks = spy(monkeypatch, text_encoder, 'last_text_block')
    x = torch.rand(3, 24), torch.rand(3, 1, 5, 24)
    losses = head.loss(x, make_samples(3, 0, 3))
    # classes 0 and 3 of the batch, then 6 and 5
    texts = sum(count for count, _ in blocks[0][1].runs)
    assert texts == 4 * head.num_wordings
    plain = make_head([NAMES[i] for i in (0, 3, 6, 5)], **options).train()
    plain.load_state_dict(head.state_dict())
    wanted = plain.loss(x, make_samples(1, 0, 1))
    assert losses.keys() == wanted.keys()
    for key, value in wanted.items():
        torch.testing.assert_close(losses[key], value)
    losses['loss_cls'].backward()
    wanted['loss_cls'].backward()
    torch.testing.assert_close(head.prompt_vectors.grad,
                               plain.prompt_vectors.grad)


def test_a_fixed_scale_stands_for_a_temperature():
    head = make_head(
        NAMES,
        prompt_layers=[],
        contrast=dict(type='SampledClasses', num_classes=len(NAMES)),
        train_scale=1 / 0.07).train()
    head.logit_scale.data.fill_(9.)
    x = torch.randn(2, 24)
    loss = head.loss(x, make_samples(2, 4))['loss_cls']
    text = F.normalize(head.encode_text()[0], dim=-1)
    cosine = F.normalize(x, dim=-1) @ text.T
    torch.testing.assert_close(
        loss, F.cross_entropy(cosine / 0.07, torch.tensor([2, 4])))
    loss.backward()
    assert head.logit_scale.grad is None
