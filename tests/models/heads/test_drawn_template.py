"""One random template in training, all templates in evaluation."""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS

from projects.tc_clip.models.text import text_encoder
from tests.models.heads.test_contrast import make_samples
from tests.small import make_head, spy

NAMES = ['run: fast', 'sit', 'swim: in water']
TEMPLATES = ['a {title}. {}', 'my {title}. {}', '{}']
OPTIONS = dict(
    templates=TEMPLATES,
    num_prompts=0,
    prompt_init=None,
    prompt_layers=[],
    full_stop='')


def test_every_template_but_the_last_is_drawn():
    contrast = MODELS.build(dict(type='DrawnTemplate'))
    torch.manual_seed(0)
    drawn = [contrast.choose(torch.tensor([1]), 4, 3) for _ in range(60)]
    assert {int(texts[0, 0]) for texts in drawn} == {0, 3, 6}
    for texts in drawn:
        assert (texts[0] - texts[0, 0]).tolist() == [0, 1, 2]
        assert texts[1].tolist() == [9, 10, 11]


def test_loss_is_over_the_mean_of_two_texts(monkeypatch):
    head = make_head(NAMES, contrast=dict(type='DrawnTemplate'), **OPTIONS)
    head.train().contrast.draw = lambda count: count - 1
    blocks = spy(monkeypatch, text_encoder, 'last_text_block')
    x = torch.randn(2, 24)
    losses = head.loss(x, make_samples(2, 0))
    assert sum(count for count, _ in blocks[0][1].runs) == 2 * len(NAMES)

    def features(names):
        plain = make_head(names, **dict(OPTIONS, templates=['{}']))
        plain.load_state_dict(head.state_dict())
        return F.normalize(plain.encode_text()[0], dim=-1)

    both = features([
        'my run. run: fast', 'my sit. sit', 'my swim. swim: in water'
    ]) + features(NAMES)
    logits = head.logit_scale.exp() * F.normalize(x) @ F.normalize(both).T
    torch.testing.assert_close(losses['loss_cls'],
                               F.cross_entropy(logits, torch.tensor([2, 0])))
    assert losses['top1_acc'] == (logits.argmax(1) == torch.tensor(
        [2, 0])).double().mean()


def test_evaluation_uses_all_templates():
    head = make_head(NAMES, contrast=dict(type='DrawnTemplate'), **OPTIONS)
    x = torch.randn(2, 24)
    assert head(x).equal(make_head(NAMES, **OPTIONS)(x))


def test_a_single_text_cannot_be_drawn():
    head = make_head(
        contrast=dict(type='DrawnTemplate'), prompt_layers=[]).train()
    with pytest.raises(ValueError, match="one: set templates='froster'"):
        head.loss(torch.rand(1, 24), make_samples(0))
