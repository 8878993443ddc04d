"""Videos of many kinds are what their names say."""
import numpy as np
import pytest

from projects.tc_clip.datasets.rgb_frames import import_av
from projects.tc_clip.profiling.odd_videos import KINDS


@pytest.mark.parametrize('name', KINDS)
def test_frames_can_be_told_apart(name, all_frames):
    frames = np.array(all_frames(name), dtype=int)
    assert 30 <= len(frames) <= 90
    assert (np.abs(np.diff(frames, axis=0)).max((1, 2, 3)) > 2).mean() > .95


@pytest.mark.parametrize('name, codec', [
    ('h264.ts', 'h264'),
    ('hevc.mp4', 'hevc'),
    ('av1.mp4', 'av1'),
    ('vp9.webm', 'vp9'),
    ('mpeg2.mpg', 'mpeg2video'),
])
def test_codecs(name, codec, odd_video):
    with import_av().open(odd_video(name)) as container:
        found = container.streams.video[0].codec_context.codec.canonical_name
    assert found == codec


def test_kinds(odd_video):
    av = import_av()
    packets = {
        name: [*av.open(odd_video(name)).demux(video=0)]
        for name in ('edit_list.mp4', 'open_gop.mp4', 'h264.mp4')
    }
    assert any(p.is_discard for p in packets['edit_list.mp4'])
    late = {
        name:
        sum(q.pts < p.pts for i, p in enumerate(found[:-1]) if p.is_keyframe
            for q in found[i + 1:-1])
        for name, found in packets.items()
    }
    assert late['open_gop.mp4'] > 0 == late['h264.mp4']
    frames = [*av.open(odd_video('interlaced.mp4')).decode(video=0)]
    assert frames[5].interlaced_frame
