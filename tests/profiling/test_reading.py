"""What reading a video costs, and the videos that it is measured on."""
import numpy as np
import pytest
from decord import VideoReader
from mmengine.config import Config
from mmengine.dataset import Compose

from projects.tc_clip.files import write_mp4
from projects.tc_clip.profiling import reading
from tests.small import CONFIGS


@pytest.fixture(scope='module')
def config():
    return Config.fromfile(CONFIGS / 'tcclip_k400.py')


@pytest.fixture
def video(tmp_path):
    write_mp4(tmp_path / 'a.mp4', reading.textured_frames(80, 64, 50), 30)
    return tmp_path / 'a.mp4'


def test_the_video_is_like_real_ones(video):
    """Frames all differ, and few of them are key frames."""
    reader = VideoReader(str(video))
    frames = reader.get_batch(range(50)).asnumpy().astype(float)
    assert frames.shape == (50, 64, 80, 3) and frames.std() > 10
    assert (np.abs(np.diff(frames, axis=0)).mean((1, 2, 3)) > 1).all()
    assert 1 < len(reader.get_key_indices()) <= 6
    assert reader.get_avg_fps() == 30


@pytest.mark.parametrize('loader, views', [('val', 1), ('test', 4)])
def test_frames_are_those_that_decord_gives(config, video, loader, views):
    pipeline = config[f'{loader}_dataloader'].dataset.pipeline
    results = Compose(reading.up_to_decode(pipeline))(
        dict(filename=str(video), start_index=0))
    assert len(results['frame_inds']) == 16 * views
    frames = VideoReader(str(video)).get_batch(results['frame_inds'])
    assert np.array_equal(results['imgs'], frames.asnumpy())


def test_rows_of_both_pipelines(config, video):
    rows = [*reading.read_costs(config, 1, [video])]
    assert [row[0] for row in rows] == [
        'a, decoding, 16 frames', 'a, pipeline, 1 x 16 frames',
        'a, decoding, 64 frames', 'a, pipeline, 12 x 16 frames'
    ]
    for _, spent, unit, note in rows:
        assert spent > 0 and unit == 's'
        assert note == f'{1 / spent:.2f} videos/s per core'


def test_videos_are_made_by_default(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, 'SIZES', [(64, 48), (80, 64)])
    monkeypatch.setattr(reading, 'FRAMES', 5)
    paths = [*reading.made_videos(tmp_path)]
    assert [path.stem for path in paths] == ['mpeg4_64x48', 'mpeg4_80x64']
    assert [len(VideoReader(str(path))) for path in paths] == [5, 5]


def test_a_pipeline_that_does_not_decode_is_refused():
    with pytest.raises(ValueError, match=r"'Decode', but has \['Resize'\]"):
        reading.up_to_decode([dict(type='Resize')])
