"""Class names in checkpoints, and labels that have none."""
import pytest
import torch
from mmaction.evaluation import AccMetric

from tests.engine.conftest import Points
from tests.small import spy

NAMES = ['running', 'jumping', 'sitting']
KICKS = 'kick', 'kick_ball'
HOOK = dict(type='ClassNamesHook')


def test_names_are_saved_in_checkpoints(make_runner, tmp_path):
    runner = make_runner('save', hooks=[HOOK], epochs=1)
    runner.model.cls_head.class_names = NAMES
    runner.train()
    checkpoint = torch.load(tmp_path / 'epoch_1.pth')
    assert checkpoint['meta']['dataset_meta']['classes'] == NAMES


@pytest.fixture
def with_metainfo(monkeypatch):
    """Gives the data sets a metainfo, as MMEngine's BaseDataset has it."""
    monkeypatch.setattr(Points, '__init__', init_with_metainfo)
    monkeypatch.setattr(
        Points,
        'metainfo',
        property(lambda points: dict(points._metainfo)),
        raising=False)


def init_with_metainfo(points, labels=(0, ), init=Points.__init__):
    init(points, labels)
    points._metainfo = dict(task='motion')


def test_a_resumed_run_finds_its_names(make_runner, with_metainfo, tmp_path,
                                       monkeypatch):
    """MMEngine warns if those of the data set and the file differ."""
    runner = make_runner('first', hooks=[HOOK], epochs=1)
    runner.model.cls_head.class_names = NAMES
    runner.train()
    runner = make_runner('second', hooks=[HOOK], epochs=2)
    runner.model.cls_head.class_names = NAMES
    runner._load_from, runner._resume = str(tmp_path / 'epoch_1.pth'), True
    warnings = spy(monkeypatch, runner.logger, 'warning')
    runner.train()
    assert not [text for text, *_ in warnings if 'metainfo' in text]
    meta = torch.load(tmp_path / 'epoch_2.pth')['meta']['dataset_meta']
    assert meta == dict(task='motion', classes=NAMES)


def test_training_of_other_classes_is_not_resumed(make_runner, tmp_path):
    runner = make_runner('first', hooks=[HOOK], epochs=1)
    runner.model.cls_head.class_names = NAMES
    runner.train()
    for resume in (True, False):
        runner = make_runner(f'{resume}', hooks=[HOOK], epochs=2)
        runner.model.cls_head.class_names = NAMES[::-1]
        runner._load_from = str(tmp_path / 'epoch_1.pth')
        runner._resume = resume
        if resume:
            with pytest.raises(ValueError, match='or their order differs'):
                runner.train()
        else:  # another training that starts from its weights
            runner.train()


def test_a_test_needs_no_training_set(make_runner, monkeypatch):
    runner = make_runner('only', hooks=[HOOK])
    runner.model.cls_head.class_names = NAMES
    built = spy(monkeypatch, type(runner), 'build_train_loop')
    runner.test()
    assert built == []


def test_head_without_names_is_left_alone(make_runner, tmp_path):
    make_runner('stock', hooks=[HOOK], labels=dict(train=(99, ))).train()
    checkpoint = torch.load(tmp_path / 'epoch_2.pth')
    assert 'classes' not in checkpoint['meta'].get('dataset_meta', {})


@pytest.mark.parametrize('loop, label', [('train', 3), ('train', -2),
                                         ('val', 3), ('val', -2), ('test', 3),
                                         ('test', -2)])
def test_label_without_name(make_runner, loop, label):
    runner = make_runner(
        f'{loop}{label}', hooks=[HOOK], labels={loop: (0, 1, 2, 0, label)})
    runner.model.cls_head.class_names = NAMES
    with pytest.raises(ValueError) as error:
        runner.test() if loop == 'test' else runner.train()
    assert str(error.value) == (
        f'4.mp4 has label {label}, but there are 3 class names: the list '
        "points.txt and the head's class_names belong to different data sets")


def test_combined_data_sets_have_no_list_of_their_own(make_runner,
                                                      monkeypatch):
    runner = make_runner('combined', hooks=[HOOK], labels=dict(test=(7, )))
    runner.model.cls_head.class_names = NAMES
    monkeypatch.delattr(type(runner.test_dataloader.dataset), 'ann_file')
    with pytest.raises(ValueError, match='the list of the test set and the'):
        runner.test()


@pytest.mark.parametrize('loop', ['train', 'test'])
def test_training_and_accuracy_need_labels(loop, make_runner):
    """AccMetric would count the label -1 as a class of its own."""
    runner = make_runner(loop, hooks=[HOOK], labels={loop: (0, -1)})
    runner.model.cls_head.class_names = NAMES
    if loop == 'test':
        runner.test_evaluator.metrics.append(AccMetric())
    with pytest.raises(ValueError, match='^1.mp4 in points.txt has no label'):
        runner.test() if loop == 'test' else runner.train()


def test_unlabelled_videos_can_be_tested(make_runner):
    runner = make_runner('blind', hooks=[HOOK], labels=dict(test=(-1, 0)))
    runner.model.cls_head.class_names = NAMES
    runner.call_hook('before_test')


def test_multi_label_lists_are_not_checked(make_runner):
    runner = make_runner('multi', hooks=[HOOK], labels=dict(test=([0, 1], )))
    runner.model.cls_head.class_names = NAMES
    runner.call_hook('before_test')


@pytest.fixture
def by_number(monkeypatch):
    """Videos of kicks and swords, numbered as HMDB-51's annotation does."""
    files = [f'hmdb51/x_{name}_f_cm.avi' for name in KICKS]

    def get_data_info(self, index):
        label = self.labels[index % len(self.labels)]
        return dict(filename=files[index % 2], label=label)

    monkeypatch.setattr(Points, 'get_data_info', get_data_info)


@pytest.mark.parametrize('loop', ['train', 'val', 'test'])
def test_rephrased_names_in_another_order_are_refused(loop, make_runner,
                                                      by_number):
    labels = {name: (0, 1) for name in ('train', 'val', 'test')}
    runner = make_runner(loop, hooks=[HOOK], labels={**labels, loop: (1, 0)})
    runner.model.cls_head.class_names = ['Kick: x', 'Kick ball: y']
    with pytest.raises(ValueError, match="'Kick' has the videos of 'Kick b"):
        runner.test() if loop == 'test' else runner.train()


def test_published_names_in_another_order_are_a_warning(
        make_runner, by_number):
    runner = make_runner('warn', hooks=[HOOK], labels=dict(test=(1, 0)))
    runner.model.cls_head.class_names = ['kick', 'kick ball']
    warned = []
    runner.logger.warning = warned.append
    runner.call_hook('before_test')
    assert len(warned) == 1 and 'class names of points.txt: ' in warned[0]
    runner.model.cls_head.class_names = ['Kick ball: x', 'Kick: y']
    runner.call_hook('before_test')
    assert len(warned) == 1
