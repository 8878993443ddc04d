"""Units of FSDP, and weights by their names."""
import pytest
import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import \
    checkpoint_wrapper

from projects.tc_clip.engine.sharding.sharded_model import (
    ShardedModel, is_transformer_block, named_weights, without_values,
    wrap_units)
from tests.small import make_model

CPU = torch.device('cpu')


def test_units_are_the_blocks_of_both_towers():
    names = [
        name for name, module in make_model().named_modules()
        if is_transformer_block(module)
    ]
    assert names == [
        f'{tower}.transformer.resblocks.{i}'
        for tower in ('backbone', 'cls_head.text_encoder') for i in range(3)
    ]


def test_a_frozen_embedding_is_a_unit():
    encoder = make_model().cls_head.text_encoder
    assert wrap_units(encoder.token_embedding, False, 0)
    encoder.token_embedding.requires_grad_()
    assert not wrap_units(encoder.token_embedding, False, 0)
    assert not wrap_units(encoder.ln_final, False, 0)
    assert wrap_units(encoder.ln_final, True, 0)  # its parts are asked


def test_a_copy_without_values_has_names_and_shapes():
    model = make_model(trainable=['backbone'])
    copied = without_values(model)
    pairs = zip(model.named_parameters(), copied.named_parameters())
    for (name, p), (other, q) in pairs:
        assert (name, p.shape, p.requires_grad) == \
            (other, q.shape, q.requires_grad)
        assert q.is_meta and isinstance(q, nn.Parameter)
    assert all(not p.is_meta for p in model.parameters())
    assert copied.cls_head.suffix_ids.equal(model.cls_head.suffix_ids)


def test_weights_have_the_names_of_the_model(one_process):
    names = [*dict(make_model().named_parameters())]
    model = make_model()
    blocks = model.backbone.transformer.resblocks
    blocks[1] = checkpoint_wrapper(blocks[1])
    wrapped = ShardedModel(model, CPU)
    assert '_fsdp_wrapped_module' in ''.join(
        name for name, _ in wrapped.named_modules())
    weights = named_weights(wrapped)
    assert sorted(weights) == sorted(names)


def test_scalars_stay_whole(one_process):
    wrapped = ShardedModel(make_model(), CPU)
    scale = wrapped.module.cls_head.logit_scale
    assert scale.shape == ()
    (scale.exp() * 2).backward()
    torch.testing.assert_close(scale.grad, 2 * scale.detach().exp())


def test_gradients_are_exchanged_after_every_batch(one_process):
    wrapped = ShardedModel(make_model(), CPU)
    with wrapped.no_sync():
        assert wrapped._sync_gradients


def test_original_parameters_are_needed():
    with pytest.raises(ValueError, match='use_orig_params=True'):
        ShardedModel(nn.Linear(1, 1), CPU, use_orig_params=False)
