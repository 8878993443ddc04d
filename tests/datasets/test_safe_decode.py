import logging
import multiprocessing
import re

import cv2
import numpy as np
import pytest
from mmaction.datasets import VideoDataset
from mmaction.datasets.transforms import DecordDecode, DecordInit
from mmaction.registry import TRANSFORMS
from mmengine.logging import MMLogger

from projects.tc_clip.datasets import SafeDecordDecode, SafeDecordInit
from projects.tc_clip.datasets.safe_decode import count_once
from projects.tc_clip.files import write_mp4

REASONS = dict(
    missing=r'there is no such file\): correct its path, or leave it out$',
    empty=r'it is empty\): copy or download it again$',
    text=r'it is text, not a video\): copy or download it again$',
    truncated=r'it is cut off, damaged, or not a video\): copy or download ',
    damaged=r'\w+: .+\): re-encode the file$')
KINDS = [*REASONS]


@pytest.fixture
def good(tmp_path):
    """A video whose frames are noise, so that the file has a body."""
    frames = np.random.default_rng(0).integers(256, size=(40, 48, 64, 3))
    path = tmp_path / 'good.mp4'
    write_mp4(path, frames.astype(np.uint8), 10)
    return str(path)


@pytest.fixture
def moving(tmp_path):
    """A moving texture: key frames are 0, 12, 24 and 36."""
    texture = np.random.default_rng(0).integers(64, 192, size=(48, 64, 3))
    frames = [np.roll(texture, i, axis=1) for i in range(40)]
    path = tmp_path / 'moving.mp4'
    write_mp4(path, np.stack(frames).astype(np.uint8), 10)
    return str(path)


@pytest.fixture
def broken(tmp_path, good):
    """Writes a file that is broken in the given way."""

    def broken(kind):
        content = open(good, 'rb').read()
        half, most = len(content) // 3, len(content) * 3 // 4
        bodies = dict(
            empty=b'',
            text=b'not a video',
            truncated=content[:half],
            # the index at the end is whole, so that only decoding fails
            damaged=content[:half] + bytes(most - half) + content[most:])
        path = tmp_path / f'{kind}.mp4'
        if kind in bodies:
            path.write_bytes(bodies[kind])
        return str(path)

    return broken


@pytest.fixture
def warnings():
    """Collects what MMEngine's logger says about broken videos."""
    messages = []
    handler = logging.Handler(logging.WARNING)
    handler.addFilter(lambda record: 'cannot be read' in record.getMessage())
    handler.emit = lambda record: messages.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


def pipeline(on_error, frames=4):
    transforms = [
        dict(type='SafeDecordInit', on_error=on_error),
        dict(type='SegmentSample', num_frames=frames, test_mode=True),
        dict(type='SafeDecordDecode', on_error=on_error),
        dict(type='Resize', scale=(-1, 32)),
        dict(type='CenterCrop', crop_size=32),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs', meta_keys=('filename', 'broken'))
    ]
    return [TRANSFORMS.build(transform) for transform in transforms]


def data_set(folder, files, on_error, test_mode):
    lines = [f'{path} {label}\n' for label, path in enumerate(files)]
    (folder / 'list.txt').write_text(''.join(lines))
    return VideoDataset(
        str(folder / 'list.txt'), pipeline(on_error), test_mode=test_mode)


def test_a_good_video_is_read_as_by_the_stock_transforms(good):
    results = []
    for init, decode in ((DecordInit(), DecordDecode()), (SafeDecordInit(),
                                                          SafeDecordDecode())):
        opened = init(dict(filename=good))
        opened['frame_inds'] = np.array([0, 7, 39])
        results.append(decode(opened))
    assert results[0]['total_frames'] == results[1]['total_frames'] == 40
    assert results[0]['avg_fps'] == results[1]['avg_fps'] == 10
    assert np.array_equal(results[0]['imgs'], results[1]['imgs'])
    assert results[1]['img_shape'] == (48, 64)
    assert results[1]['frame_times'] == pytest.approx([0, 0.7, 3.9])


@pytest.mark.parametrize('mode', ['accurate', 'efficient'])
@pytest.mark.parametrize('inds', [
    [3, 17, 39, 0, 12, 25, 11, 30],
    [39, 39, 5, 39, 5, 38],
    [24],
])
def test_frames_in_any_order_are_those_of_the_stock_transform(
        moving, mode, inds):
    decoded = []
    for decode in DecordDecode(mode), SafeDecordDecode(mode):
        results = SafeDecordInit()(dict(filename=moving))
        assert results['video_reader'].get_key_indices() == [0, 12, 24, 36]
        results['frame_inds'] = np.array(inds)
        decoded.append(decode(results)['imgs'])
    assert np.shape(decoded) == (2, len(inds), 48, 64, 3)
    assert np.array_equal(*decoded)


def test_frames_are_decoded_once_and_in_order(moving):
    results = SafeDecordInit()(dict(filename=moving))
    reader, asked = results['video_reader'], []

    class Spy:

        def __getitem__(self, index):
            asked.append(index)
            return reader[index]

    results.update(video_reader=Spy(), frame_inds=np.array([7, 30, 7, 0, 30]))
    SafeDecordDecode()(results)
    assert asked == [0, 7, 30]


def test_repeated_frames_are_arrays_of_their_own(moving):
    """A flip in place must not reach the others."""
    results = SafeDecordInit()(dict(filename=moving))
    results['frame_inds'] = np.array([5, 5, 9])
    first, second, _ = SafeDecordDecode()(results)['imgs']
    before = second.copy()
    first[:] = 0
    assert np.array_equal(second, before) and second.any()


@pytest.mark.parametrize('kind', KINDS)
def test_training_draws_another_and_names_the_file_once(
        kind, tmp_path, good, broken, warnings):
    path = broken(kind)
    data = data_set(tmp_path, [good, path, good], 'redraw', test_mode=False)
    np.random.seed(0)
    for _ in range(3):
        for i in range(3):
            item = data[i]
            assert item['inputs'].shape == (1, 3, 4, 32, 32)
            assert item['data_samples'].gt_label.item() in (0, 2)
    named = [message for message in warnings if path in message]
    assert len(named) == 1
    assert re.search(
        r' cannot be read \(.+\): another video is drawn in its place\. '
        r'Broken files so far: [1-9]\d*\.$', named[0], re.DOTALL)


def test_the_count_grows_with_every_broken_file(broken, warnings):
    transform = SafeDecordInit(on_error='redraw')
    for kind in ('missing', 'empty', 'missing', 'text'):
        assert transform(dict(filename=broken(kind))) is None
    counts = [int(re.search(r'(\d+)\.$', text).group(1)) for text in warnings]
    assert len(counts) == 3 and np.diff(counts).tolist() == [1, 1]


def test_forked_workers_count_together(tmp_path):
    """As loader workers do, which are new ones in every epoch."""
    context = multiprocessing.get_context('fork')
    path, counts = str(tmp_path / 'a.mp4'), context.SimpleQueue()
    for _ in range(3):
        worker = context.Process(target=lambda: counts.put(count_once(path)))
        worker.start()
        worker.join()
    assert counts.get() > 0
    assert [counts.get(), counts.get(), count_once(path)] == [0, 0, 0]


@pytest.mark.parametrize('kind', KINDS)
def test_testing_stops_with_the_name_reason_and_cure(kind, tmp_path, good,
                                                     broken):
    path = broken(kind)
    data = data_set(tmp_path, [good, path], 'raise', test_mode=True)
    assert data[0]['inputs'].shape == (1, 3, 4, 32, 32)
    with pytest.raises(
            RuntimeError,
            match=rf'^{re.escape(path)} cannot be read \({REASONS[kind]}') as \
            raised:
        data[1]
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize('kind', KINDS)
def test_blank_scores_black_frames(kind, tmp_path, good, broken, warnings):
    path = broken(kind)
    data = data_set(tmp_path, [good, path], 'blank', test_mode=True)
    for _ in range(2):
        item = data[1]
        assert item['inputs'].shape == (1, 3, 4, 32, 32)
        assert item['inputs'].max() == 0
        assert item['data_samples'].gt_label.item() == 1
        assert re.match(REASONS[kind].replace(r'\)', ''),
                        item['data_samples'].broken)
    assert data[0]['inputs'].max() > 0
    named = [message for message in warnings if path in message]
    assert len(named) == 1 and 'a black clip is scored' in named[0]


@pytest.mark.parametrize('decode', [
    SafeDecordDecode('efficient', on_error='blank'),
    DecordDecode(),
])
def test_blank_serves_the_efficient_mode_and_the_stock_transform(
        decode, broken):
    results = SafeDecordInit(on_error='blank')(dict(filename=broken('text')))
    results['frame_inds'] = np.array([0, 0, 0])
    results = decode(results)
    assert np.array_equal(results['imgs'], np.zeros((3, 256, 256, 3)))


def test_a_truncated_avi_is_read_up_to_its_end(tmp_path):
    """From bytes, decord kills the process that opens such a file."""
    path = tmp_path / 'a.avi'
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*'MJPG'), 10, (64, 48))
    rng = np.random.default_rng(0)
    for _ in range(40):
        writer.write(rng.integers(256, size=(48, 64, 3)).astype(np.uint8))
    writer.release()
    content = path.read_bytes()
    path.write_bytes(content[:content.rfind(b'00dc', 0, len(content) // 2)])
    results = SafeDecordInit()(dict(filename=str(path)))
    assert 15 <= results['total_frames'] <= 25
    results['frame_inds'] = np.arange(10)
    assert np.mean(SafeDecordDecode()(results)['imgs']) > 100


def test_programming_errors_are_no_broken_videos(good):
    with pytest.raises(KeyError, match='filename'):
        SafeDecordInit(on_error='redraw')(dict())
    results = SafeDecordInit()(dict(filename=good))
    results['frame_inds'] = np.array([40])
    with pytest.raises(IndexError):
        SafeDecordDecode(on_error='redraw')(results)


@pytest.mark.parametrize('kind', [SafeDecordInit, SafeDecordDecode])
@pytest.mark.parametrize('key', ['array', 'imgs'])
def test_frames_that_are_there_pass(kind, key):
    results = {key: [np.ones((2, 2, 3), np.uint8)], 'frame_inds': [0]}
    assert kind()(dict(results)) == results


@pytest.mark.parametrize('kind', [SafeDecordInit, SafeDecordDecode])
def test_unknown_choices_are_refused(kind):
    with pytest.raises(ValueError, match="one of .*'blank'.*, but is 'skip'"):
        kind(on_error='skip')


def test_repr_and_options_of_the_stock_transforms():
    assert repr(SafeDecordInit(num_threads=2, on_error='blank')) == (
        "SafeDecordInit(io_backend=disk, num_threads=2, on_error='blank')")
    assert repr(SafeDecordDecode('efficient')) == (
        "SafeDecordDecode(mode=efficient, on_error='raise')")
