"""What a benchmark times: scoring and training of a config's model."""
import pytest
import torch

from projects.tc_clip.profiling.bench import (Bench, texts_of_a_bag,
                                              without_gradient)
from projects.tc_clip.profiling.measure import multiply_adds
from tests.small import spy
from tests.system_configs import system_config


def test_views_are_scored_as_the_model_scores_them(tiny_config):
    bench = Bench(tiny_config, views=2)
    logits = bench.view_call(bench.ours)()
    assert not bench.model.training and not logits.requires_grad
    assert bench.views.shape == (2, 3, 8, 32, 32)
    with torch.no_grad():
        wanted = bench.head(bench.backbone(bench.views))
    assert logits.equal(wanted)
    half = Bench(tiny_config, views=2, dtype='bfloat16')
    rounded = half.view_call(half.ours)()
    assert rounded.dtype == torch.float32  # what leaves the head
    assert 0 < (rounded - logits).abs().max() < 0.3


def test_classes_are_repeated_until_there_are_as_many(tiny_config):
    bench = Bench(tiny_config, num_classes=6)
    assert bench.head.class_names == [
        'run 0', 'jump 1', 'sit 2', 'swim 3', 'run 4', 'jump 5'
    ]
    assert Bench(tiny_config).head.num_classes == 4


def test_a_step_moves_all_weights_that_learn(tiny_config):
    bench = Bench(tiny_config, batch=2, batch_frames=3)
    assert bench.batch.shape == (2, 3, 3, 32, 32)
    before = [p.detach().clone() for p in bench.model.parameters()]
    with torch.no_grad():
        bench.model.cls_head.logit_scale.fill_(0.)  # no vanishing gradients
    step = bench.step_call(bench.our_loss)
    assert bench.model.training
    grads = []
    for p in bench.model.parameters():
        p.register_hook(grads.append) if p.requires_grad else None
    step()
    assert all(g.isfinite().all() for g in grads)
    learns = [p for p in bench.model.parameters() if p.requires_grad]
    assert len(grads) == len(learns) == len(before) - 1
    assert all(p.grad is None for p in learns)


def test_losses_are_those_of_the_head_and_of_scores(tiny_config):
    tiny_config.model.cls_head.label_smooth_eps = 0.2
    bench = Bench(tiny_config, batch=2)
    log_p = bench.ours(bench.batch).log_softmax(1)
    own = -(log_p[0, 0] + log_p[1, 1]) / 2
    torch.testing.assert_close(bench.loss_of(bench.ours)(bench.batch), own)
    torch.testing.assert_close(
        bench.our_loss(bench.batch), 0.8 * own - 0.2 * log_p.mean())


def test_a_step_encodes_the_texts_that_are_compared(monkeypatch):
    """ActionCLIP compares two videos with two of its 64 texts."""
    bench = Bench(system_config('ActionCLIP'), batch=2)
    calls = spy(monkeypatch, bench.head.aggregate, 'class_logits')
    bench.step_call(bench.our_loss)()
    logits, classes = calls[0]
    assert logits.shape == (2, 2) and classes == 2
    assert bench.ours(bench.batch).shape == (2, 4)
    assert calls[1][0].shape == (2, 64)


def test_videos_bring_the_bags_of_the_training():
    """MAXI compares two videos with three texts of each."""
    bench = Bench(system_config('MAXI'), batch=2)
    assert texts_of_a_bag(system_config('A5')) == 0
    assert [sample.text_bag for sample in bench.samples(2)
            ] == [['up. word 0', 'up. word 1', 'up. word 2'],
                  ['down. word 0', 'down. word 1', 'down. word 2']]
    assert bench.our_loss(bench.batch).isfinite()


def test_a_step_has_all_losses_of_the_recognizer():
    """FROSTER's step is that of the head and twice a distance."""
    bench = Bench(system_config('FROSTER'), batch=2)
    bench.model.train()
    torch.manual_seed(0)
    losses = bench.model.loss(bench.batch[:, None], bench.samples(2))
    assert {'loss_cls', 'loss_distill_image', 'loss_distill_text'} < {*losses}
    torch.manual_seed(0)  # which draws the template
    torch.testing.assert_close(
        bench.our_loss(bench.batch),
        sum(loss for name, loss in losses.items() if 'loss' in name))


def test_a_model_that_trains_nothing_has_no_step(tiny_config):
    tiny_config.model.trainable = []
    bench = Bench(tiny_config)
    assert bench.trained == 0
    with pytest.raises(ValueError, match='no parameter of this model is tra'):
        bench.step_call(bench.our_loss)


def test_products_are_counted_without_compilation(tiny_config, monkeypatch):
    calls = []

    def compiled(forward):
        return lambda *inputs: calls.append(1) or forward(*inputs)

    monkeypatch.setattr(torch, 'compile', compiled)
    bench = Bench(tiny_config, compiled=True)
    with bench.uncompiled():
        vision = bench.multiply_adds(bench.vision)
    assert calls == []
    plain = Bench(tiny_config)
    assert vision == plain.multiply_adds(plain.vision)
    bench.vision()
    bench.our_loss(bench.batch)
    assert len(calls) == 2


def test_texts_are_encoded_anew(tiny_config):
    bench = Bench(tiny_config)
    bench.model.eval()
    texts = without_gradient(bench.class_texts)
    assert multiply_adds(texts) == multiply_adds(texts) > 0
    # once they are there, a view needs less by as much
    whole = bench.view_call(bench.ours)
    bench.head.forget_text()
    first, second = (multiply_adds(whole) for _ in range(2))
    assert first - second == multiply_adds(texts)


def test_the_product_has_the_shape_of_a_layer(tiny_config):
    bench = Bench(tiny_config, views=2)
    tokens, width = 2 * 8 * 17, bench.backbone.conv1.out_channels
    product = bench.product(bench.views)
    assert bench.multiply_adds(product) == tokens * width * 4 * width


def test_merging_is_a_part_of_the_forward_pass(tiny_config, monkeypatch):
    bench = Bench(tiny_config)
    forward = bench.backbone.reference.forward
    monkeypatch.setattr(bench, 'seconds', lambda call: (call(), 1.)[1])
    # in every layer but the last, unless prompts read its tokens too
    assert bench.merging_seconds() == 3
    assert bench.backbone.reference.forward == forward


def test_other_backbones_are_refused(tiny_config):
    tiny_config.model.backbone = dict(type='ResNet3d')
    with pytest.raises(ValueError, match='ResNet3d: only a TCCLIPViT can'):
        Bench(tiny_config)
