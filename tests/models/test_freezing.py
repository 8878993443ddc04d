"""Which parameters are trained, by their names."""
import pytest
import torch

from projects.tc_clip.models import freezing
from projects.tc_clip.models.freezing import train_only
from tests.small import make_model, spy


def trained(model):
    return {name for name, p in model.named_parameters() if p.requires_grad}


def test_a_rule_matches_the_beginning_of_names(monkeypatch):
    logged = spy(monkeypatch, freezing, 'print_log')
    model = torch.nn.ModuleDict(
        dict(neck=torch.nn.Linear(2, 3), backneck=torch.nn.Linear(3, 4)))
    train_only(model, ['neck', r'.*\.bias'])
    assert trained(model) == {'neck.weight', 'neck.bias', 'backneck.bias'}
    (message, ), = logged
    assert message == (
        r"trainable=['neck', '.*\\.bias']: 3 tensors (0.00 M values) are "
        'trained, 1 tensors (0.00 M values) are frozen.')


def test_a_recognizer_freezes_all_but_its_head():
    rule = ['cls_head.prompt_vectors', 'cls_head.prompting']
    model = make_model(trainable=rule)
    assert trained(model) == {
        name
        for name, _ in model.named_parameters()
        if name.startswith('cls_head.prompt')
    }
    loss = model.cls_head(model.backbone(torch.randn(2, 3, 2, 32, 32))).sum()
    loss.backward()
    with_gradient = {
        name
        for name, p in model.named_parameters() if p.grad is not None
    }
    assert with_gradient == trained(model)


def test_a_rule_can_train_what_is_frozen_by_default():
    name = 'cls_head.text_encoder.token_embedding.weight'
    assert name not in trained(make_model())
    model = make_model(trainable=['.*'])
    assert name in trained(model)


def test_a_rule_that_matches_nothing_is_a_mistake():
    with pytest.raises(ValueError) as error:
        make_model(trainable=['backbone', 'head'])
    assert str(error.value) == (
        "trainable='head' matches no parameter of TCCLIPRecognizer: names "
        'begin with backbone, cls_head, see model.named_parameters()')
