"""Pipelines that read by PyAV, and what happens where it is missing."""
import sys

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose

from projects.tc_clip.datasets import (BrokenVideoError, SafeDecordInit,
                                       SafePyAVDecode, SafePyAVInit)


def pipeline(reader, **options):
    sample = dict(type='SegmentSample', num_frames=8, test_mode=True)
    return Compose([
        TRANSFORMS.build(step)
        for step in (dict(type=f'Safe{reader}Init', **options), sample,
                     dict(type=f'Safe{reader}Decode', **options))
    ])


def test_both_readers_give_the_same(odd_video):
    path = odd_video('h264.mp4')
    decord, pyav = (
        pipeline(reader)(dict(filename=path, start_index=0))
        for reader in ('Decord', 'PyAV'))
    assert np.array_equal(decord['imgs'], pyav['imgs'])
    for key in ('total_frames', 'avg_fps', 'original_shape'):
        assert decord[key] == pyav[key]


def test_the_transforms_name_broken_files(tmp_path):
    pytest.importorskip('av')
    path = tmp_path / 'a.mp4'
    path.write_text('not a video')
    with pytest.raises(BrokenVideoError, match='a.mp4 cannot be read'):
        SafePyAVInit()(dict(filename=str(path)))
    assert SafePyAVInit(on_error='redraw')(dict(filename=str(path))) is None
    blank = pipeline(
        'PyAV', on_error='blank')(
            dict(filename=str(path), start_index=0))
    assert np.array_equal(blank['imgs'], np.zeros((8, 256, 256, 3)))


def test_a_missing_library_is_an_error_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    with pytest.raises(ImportError, match='pip install av'):
        SafePyAVInit(on_error='redraw')
    assert SafePyAVDecode().on_error == 'raise'


@pytest.mark.parametrize('name', ['edit_list.mp4', 'av1.mp4', 'h264.ts'])
def test_files_that_need_pyav_follow_the_rule_of_broken_ones(
        name, odd_video, without_pyav):
    path = odd_video(name)
    without_pyav()
    with pytest.raises(
            BrokenVideoError, match=f'{name} cannot be read .*pip install av'):
        SafeDecordInit()(dict(filename=path))
    assert SafeDecordInit(on_error='redraw')(dict(filename=path)) is None
    blank = SafeDecordInit(on_error='blank')(dict(filename=path))
    assert blank['total_frames'] == 1


@pytest.mark.parametrize('name', ['edit_list.mp4', 'open_gop.mp4'])
def test_content_of_a_file_is_checked_too(name, odd_video, all_frames):
    path = odd_video(name)[:-len('.mp4')]  # like DecordInit, it adds '.mp4'
    reader = SafeDecordInit()(dict(filename=path))['video_reader']
    assert np.array_equal(reader[50].asnumpy(), all_frames(name)[50])
