"""A loss that is not a number ends the training."""
import pytest

HOOK = dict(type='FiniteLossHook')


def test_finite_losses_change_nothing(make_runner):
    weights = []
    for hooks in ([], [HOOK]):
        runner = make_runner(f'{len(hooks)}', 8, hooks)
        runner.train()
        weights.append(runner.model.cls_head.weight.detach().clone())
    assert weights[0].equal(weights[1])


@pytest.mark.parametrize('value', ['nan', 'inf'])
def test_training_ends_where_the_loss_is_no_number(value, make_runner):
    runner = make_runner('broken', 8, [HOOK])
    runner.train_dataloader.dataset.x[20] = float(value)  # third batch of four
    with pytest.raises(
            ValueError, match='in epoch 1, iteration 3: the training ends'):
        runner.train()
    assert (runner.epoch, runner.iter) == (0, 2)


def test_a_training_of_nothing(make_runner):
    runner = make_runner('frozen', 8, [HOOK])
    runner.model.requires_grad_(False)
    with pytest.raises(ValueError, match='No parameter of the model is tr'):
        runner.train()
