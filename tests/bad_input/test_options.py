"""Options of configs that cannot be."""
import pytest

from tests.bad_input.cases import OPTIONS, TRAINING
from tests.bad_input.conftest import run_tool


@pytest.mark.parametrize('option', OPTIONS)
def test_options_of_models(option, predict, tiny):
    case = OPTIONS[option]
    said = predict('--cfg-options', option)
    message = case.message.replace('CONFIG', tiny.config)
    assert message.replace('FILE', tiny.weights) in said
    assert ('Probabilities' in said) == (case.done != 'refused')


@pytest.mark.parametrize('name, value, message', [
    ('num_tokens', '-3', 'num_tokens=-3 must be a whole number'),
    ('num_tokens', 'None', 'num_tokens=None must be a whole number'),
    ('seed_ratio', '0', 'seed_ratio=0 is not in'),
    ('merge_step', '2.5', 'merge_step=2.5 one from 1 on'),
])
def test_more_values(name, value, message, predict):
    option = f'model.backbone.reference.{name}={value}'
    assert message in predict('--cfg-options', option)


def test_texts_need_a_position(predict):
    option = 'model.cls_head.context_length=0'
    assert 'context_length=0 must be' in predict('--cfg-options', option)


def train(tiny, folder, option):
    """Trains with a changed config; returns what the tool says."""
    return run_tool('train', tiny.config, '--work-dir', folder,
                    '--cfg-options', *option.split())


def check_training(option, tiny, folder):
    """Checks what a training ends with."""
    last = train(tiny, folder, option).splitlines()[-1]
    message = TRAINING[option].message
    assert last.startswith(message.replace('LIST', f'{tiny.folder}/list.txt'))


@pytest.mark.parametrize('option', [*TRAINING][:1])
def test_options_of_trainings(option, tiny, tmp_path):
    check_training(option, tiny, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize('option', [*TRAINING][1:])
def test_other_options_of_trainings(option, tiny, tmp_path):
    check_training(option, tiny, tmp_path)
