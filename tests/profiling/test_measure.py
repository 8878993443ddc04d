"""What is counted and timed of a call."""
import torch

from projects.tc_clip.profiling import measure


def test_multiply_adds_of_a_product():
    x, y = torch.rand(3, 5), torch.rand(5, 7)
    assert measure.multiply_adds(lambda: x @ y) == 3 * 5 * 7


def test_multiply_adds_of_attention_and_its_gradient():
    query, key = torch.rand(2, 3, 50, 16), torch.rand(2, 3, 70, 16)
    query.requires_grad_()

    def attend():
        return torch.nn.functional.scaled_dot_product_attention(
            query, key, key)

    forward = 2 * 2 * 3 * 50 * 70 * 16
    assert measure.multiply_adds(attend) == forward
    # logits again, and two products for each of the two of the forward pass
    assert measure.multiply_adds(
        lambda: attend().sum().backward()) == 3.5 * forward


def test_ratio_is_taken_pair_by_pair():
    assert measure.median_ratio([1, 9, 2], [2, 3, 4]) == 0.5


def test_calls_take_turns_and_the_first_does_not_count(monkeypatch):
    clock, order = [0.0], []
    monkeypatch.setattr(measure.time, 'process_time', lambda: clock[0])

    def call(name, costs):
        order.append(name)
        clock[0] += costs.pop(0)

    a, b = [9, 1, 5, 2], [9, 4, 4, 4]
    spent = measure.interleaved(
        dict(a=lambda: call('a', a), b=lambda: call('b', b)), 3,
        measure.processor_seconds)
    assert ''.join(order) == 'abababab'
    assert spent == dict(a=[1, 5, 2], b=[4, 4, 4])


def test_a_product_is_that_of_the_towers_mlp():
    call = measure.tower_product(5, 8, torch.device('cpu'), torch.float64)
    assert call().shape == (5, 32) and call().dtype == torch.float64
    assert measure.multiply_adds(call) == 5 * 8 * 32
