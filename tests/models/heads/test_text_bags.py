"""Videos of a batch and the bags of texts that they bring."""
import pytest
import torch
import torch.nn.functional as F

from tests.models.heads.test_contrast import make_samples
from tests.small import make_head

NAMES = ['run', 'sit', 'swim']
LABELS = [2, 0, 2]
BAGS = [['swim. dive', 'swim. float'], ['run', 'run. jog'],
        ['swim. float', 'swim. splash']]
OPTIONS = dict(
    num_prompts=0,
    prompt_layers=[],
    contrast=dict(type='TextBags'),
    loss_cls=dict(type='BagNCE'))


def samples(bags=BAGS):
    """Returns three samples with labels and bags."""
    made = make_samples(*LABELS)
    for sample, bag in zip(made, bags):
        if bag is not None:
            sample.set_metainfo(dict(text_bag=bag))
    return made


def test_loss_is_that_of_the_texts_as_class_names():
    head = make_head(NAMES, **OPTIONS).double().train()
    x = torch.randn(3, 24).double()
    loss = head.loss(x, samples())['loss_cls']
    # all six texts as classes, of which two are equal
    every = [text for bag in BAGS for text in bag]
    plain = make_head([*dict.fromkeys(every)], num_prompts=0,
                      prompt_layers=[]).double()
    text = F.normalize(plain.encode_text()[0], dim=-1)
    text = text[[plain.class_names.index(name) for name in every]]
    share = (head.scale * F.normalize(x, dim=-1) @ text.T).softmax(1)
    terms = [
        -share[i, 2 * j:2 * j + 2].sum().log() for i in range(3)
        for j in range(3) if LABELS[i] == LABELS[j]
    ]
    assert len(terms) == 5
    torch.testing.assert_close(loss, torch.stack(terms).mean())
    loss.backward()
    assert head.text_encoder.text_projection.grad.norm() > 0


def test_learned_prompts_of_a_class_are_those_of_its_bag():
    head = make_head(
        NAMES,
        **dict(
            OPTIONS,
            prompts=dict(type='PerClassPrompt', per_class=True,
                         num_prompts=2))).train()
    head.loss(torch.randn(3, 24), samples())['loss_cls'].backward()
    norms = head.prompt_vectors.grad.flatten(1).norm(dim=1)
    # no video has the class 1
    assert (norms > 0).tolist() == [True, False, True]


def test_prompts_may_see_videos():
    head = make_head(
        NAMES, contrast=dict(type='TextBags'),
        loss_cls=dict(type='BagNCE')).train()
    x = torch.randn(3, 24), torch.randn(3, 1, 5, 24)
    compared = head.encode_batch(x, samples())
    assert compared.text.shape == (3, 6, 24)
    assert compared.text[0].ne(compared.text[1]).any()
    assert head.loss_of(compared, samples())['loss_cls'].isfinite()


def test_evaluation_has_the_class_names():
    x = torch.rand(2, 24)
    plain = make_head(NAMES, num_prompts=0, prompt_layers=[])
    assert make_head(NAMES, **OPTIONS)(x).equal(plain(x))


@pytest.mark.parametrize('bags, message', [
    ([BAGS[0], None, BAGS[2]], "no bag of texts: put dict.type='AddTextBag'"),
    ([BAGS[0], ['run'], BAGS[2]], r'have \[1, 2\] texts: all bags'),
])
def test_every_video_needs_a_bag_of_one_size(bags, message):
    head = make_head(NAMES, **OPTIONS).train()
    with pytest.raises(ValueError, match=message):
        head.loss(torch.rand(3, 24), samples(bags))
