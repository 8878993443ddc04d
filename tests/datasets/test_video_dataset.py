"""The data set of our configs against MMAction2's."""
import pytest
from mmaction.datasets import VideoDataset as StockVideoDataset
from mmaction.registry import DATASETS

from projects.tc_clip.datasets.video_dataset import VideoDataset


def make(path, scope='projects.tc_clip', **options):
    """Builds a data set as a config does."""
    return DATASETS.build(
        dict(
            type='VideoDataset',
            _scope_=scope,
            ann_file=str(path),
            data_prefix=dict(video='videos'),
            pipeline=[dict(type='SafeDecordInit')],
            **options))


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a list."""

    def write(text):
        path = tmp_path / 'list.txt'
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize('text, options', [
    ('a.mp4 0\nb/c.mp4 12\n', {}),
    ('a.mp4\nb.mp4\n', dict(test_mode=True)),
    ('a.mp4 0 2\nb.mp4 1\n', dict(multi_class=True, num_classes=3)),
])
def test_sound_lists_are_read_as_by_mmaction2(text, options, write):
    ours, stock = (
        make(write(text), scope, **options)
        for scope in ('projects.tc_clip', 'mmaction'))
    assert type(ours) is VideoDataset and type(stock) is StockVideoDataset
    assert len(ours) == len(stock) == 2
    for i in range(2):
        assert str(ours.get_data_info(i)) == str(stock.get_data_info(i))


def test_paths_may_contain_spaces(write):
    info = make(write('my own video.mp4 3\n')).get_data_info(0)
    assert info['filename'] == 'videos/my own video.mp4'
    assert info['label'] == 3


def test_training_needs_labels(write):
    with pytest.raises(ValueError, match=r"line 2: 'b.mp4' has no label"):
        make(write('a.mp4 0\nb.mp4\n'))


def test_the_number_of_classes_may_be_that_of_their_names(write, tmp_path):
    names = tmp_path / 'classes.txt'
    names.write_text('walk\nrun\nsit\n')
    dataset = make(
        write('a.mp4 0 2\n'), multi_class=True, class_names=str(names))
    assert dataset.get_data_info(0)['label'].tolist() == [1, 0, 1]


def test_labels_for_samplers(write):
    assert make(write('a.mp4 2\n')).get_cat_ids(0) == [2]
    several = make(write('a.mp4 0 2\n'), multi_class=True, num_classes=3)
    assert several.get_cat_ids(0) == [0, 2]


def test_training_ends_where_no_video_can_be_read(write):
    videos = make(write('a.mp4 0\nb.mp4 1\n'), max_refetch=3)
    videos.pipeline = lambda info: None  # as for a video that cannot be read
    with pytest.raises(ValueError) as error:
        videos[1]
    assert ('list.txt: none of 3 videos that were drawn can be read, such as '
            'videos/b.mp4: correct data_prefix') in str(error.value)
