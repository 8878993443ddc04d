"""Sheets and videos; the last tests are of real merging on real videos."""
import cv2
import numpy as np
import pytest

from projects.tc_clip.apis import record_view
from projects.tc_clip.visualization import (ModelView, TokenMaps, ViewRecord,
                                            group_colours, write_sheet,
                                            write_video)
from projects.tc_clip.visualization.token_sheet import (frame_rate, layer_rows,
                                                        sheet_strips,
                                                        video_strips)


def make_record(frames=3, layers=2, with_groups=True, seed=0):
    """A clip of 32x32 pixels in 2x2 patches."""
    rng = np.random.default_rng(seed)
    maps = []
    for layer in range(1, layers + 1):
        attention = rng.random((frames, 2, 2)).astype(np.float32)
        groups = rng.integers(3, size=(frames, 2, 2)).astype(np.int16)
        groups[:, layer % 2, 0] = -1
        maps.append(
            TokenMaps(layer, attention, groups if with_groups else None))
    blocks = rng.integers(256, size=(frames, 4, 4, 3), dtype=np.uint8)
    return ViewRecord(blocks.repeat(8, 1).repeat(8, 2), maps)


@pytest.fixture
def views():
    return [
        ModelView('ours: Überschlag (90%)', make_record(), (1, -1)),
        ModelView('other: kick (60%)', make_record(with_groups=False, seed=1))
    ]


def find(page, picture):
    """Returns where a picture is on a page, and how far it is from it."""
    gaps = cv2.matchTemplate(
        np.ascontiguousarray(page), np.ascontiguousarray(picture),
        cv2.TM_SQDIFF)
    gap, _, place, _ = cv2.minMaxLoc(gaps)
    return place, (gap / picture.size)**0.5


def test_sheet_has_a_row_for_each_drawing(views):
    strips = sheet_strips(views)
    assert [strip.label.replace('\n', ' ') for strip in strips] == [
        'input', 'layer 1 seed tokens', 'layer 1 3 context tokens',
        'layer 1 CLS attention', 'layer 2 seed tokens',
        'layer 2 3 context tokens', 'layer 2 CLS attention', 'input',
        'layer 2 CLS attention'
    ]
    assert all(len(strip.pictures) == 3 for strip in strips)
    titles = [strip.title for strip in strips if strip.title]
    assert titles == [view.title for view in views]
    most = views[0].record.layers[0].attention.max()
    assert strips[3].most == most and strips[2].most is None


def test_models_with_the_same_frames_share_the_input(views):
    same = views[1].record._replace(frames=views[0].record.frames)
    strips = sheet_strips([views[0], views[1]._replace(record=same)])
    assert [strip.label for strip in strips].count('input') == 1
    assert [strip.title for strip in strips[7:]] == [views[1].title]


def test_png_shows_each_drawing_in_its_place(views, tmp_path):
    write_sheet(tmp_path / 'a.png', views, 'video.mp4')
    page = cv2.imread(str(tmp_path / 'a.png'))[..., ::-1]
    strips = sheet_strips(views)
    for strip in strips:
        places, gaps = zip(*(find(page, p) for p in strip.pictures))
        # matplotlib below 3.10 draws some strips between two pixels; other
        # pictures than these are further away than 26
        assert max(gaps) < 12
        (x, y), (second, _), _ = places
        assert second - x == pytest.approx(166, abs=1)
        assert {below for _, below in places} == {y}
        page = page[y + 160:]  # of which the others are


def test_long_clips_are_broken_into_lines_and_shown_in_part():
    view = ModelView('long', make_record(frames=40))
    strips = [s for s in sheet_strips([view]) if s.names]
    assert [len(strip.pictures) for strip in strips] == [8, 8]
    assert strips[0].names[0] == 'frame 1'
    assert strips[1].names[-1] == 'frame 40'
    assert len(video_strips([view])) == 40


def test_frames_are_named_by_their_seconds():
    record = make_record()._replace(times=np.array([0, 0.5, 75.25]))
    strip = sheet_strips([ModelView('', record)])[0]
    assert strip.names == ['0.00 s', '0.50 s', '75.25 s']
    picture = video_strips([ModelView('', record)])[1]
    assert picture[0].label == 'layer 2\n0.50 s\n2 of 3'


@pytest.mark.parametrize('times, rate', [
    (None, 4),
    ([0, 0.5, 1], 2),
    ([0, 0.01, 0.02], 4),
    ([0, 50, 100], 1),
    ([0, 0, 0], 4),
])
def test_a_viewer_can_follow_the_frames(times, rate):
    assert frame_rate(times and np.array(times)) == rate


def test_mp4_shows_one_frame_at_a_time(views, tmp_path):
    write_video(tmp_path / 'a.mp4', views, 'video.mp4')
    video = cv2.VideoCapture(str(tmp_path / 'a.mp4'))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    for t, strips in enumerate(video_strips(views)):
        assert [len(strip.pictures) for strip in strips] == [4, 4, 2]
        assert strips[1].label == f'layer 2\nframe {t + 1}\n{t + 1} of 3'
        page = video.read()[1][..., ::-1]
        for strip in strips[:1]:
            places, gaps = zip(*(find(page, p) for p in strip.pictures[1:]))
            assert max(gaps) < 30
            assert places[0][0] < places[1][0] < places[2][0]


def test_what_does_not_fit_is_named(views, tmp_path):
    other = ModelView('short', make_record(frames=2))
    with pytest.raises(
            ValueError, match='"ours.*" sees 3 frames, "short" 2. Give'):
        write_sheet(tmp_path / 'a.png', [*views, other], '')
    with pytest.raises(ValueError, match='layers 1 to 2'):
        write_sheet(tmp_path / 'a.png', [other._replace(layers=[3])], '')
    (tmp_path / 'a.mp4').mkdir()
    with pytest.raises(OSError, match='a.mp4 cannot be written'):
        write_video(tmp_path / 'a.mp4', [other], '')
    assert [*tmp_path.iterdir()] == [tmp_path / 'a.mp4']


# --- a moving shape ---------------------------------------------------------


def at(drawn, centres):
    """Returns the value ``(T, ...)`` of each frame at the shape's centre."""
    side = drawn.shape[1]
    x, y = (centres * side).astype(int).T
    return drawn[np.arange(len(drawn)), y, x]


@pytest.mark.parametrize('video', range(4))
@pytest.mark.parametrize('layer', [1, 2, 3])
def test_the_shape_is_under_one_colour_in_every_frame(inferencer, moving,
                                                      video, layer):
    path, centres = moving[video]
    clip, _ = record_view(inferencer, path)
    groups = clip.layers[layer - 1].groups
    of_shape = at(groups, centres)
    assert of_shape[0] >= 0 and (of_shape == of_shape[0]).all()
    # and the background is under others
    assert ((groups == of_shape[0]).sum((1, 2)) < 10).all()
    # what is drawn there has the colour of the group, and grey
    pixels = at(layer_rows(clip, layer)[1].frames, centres).astype(float)
    hues = [
        colours - colours.mean(-1, keepdims=True)
        for colours in (group_colours(groups).astype(float), pixels)
    ]
    known, drawn = (
        hue / np.linalg.norm(hue, axis=-1, keepdims=True) for hue in hues)
    assert ((drawn @ known.T).argmax(-1) == of_shape[0]).all()
    assert (drawn @ known[of_shape[0]] > 0.99).all()
