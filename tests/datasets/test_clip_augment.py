import numpy as np
import pytest
import torch
from mmaction.registry import TRANSFORMS

from projects.tc_clip.datasets import ClipColorJitter, ClipGrayscale


@pytest.fixture
def clip():
    rng = np.random.default_rng(0)
    return [rng.integers(256, size=(20, 30, 3)).astype('u1') for _ in range(8)]


def changed(transform, imgs):
    return transform(dict(imgs=imgs))['imgs']


@pytest.mark.parametrize('name', ['ClipColorJitter', 'ClipGrayscale'])
def test_type_shape_and_dtype_are_kept(name, clip):
    before = np.stack(clip)
    imgs = changed(TRANSFORMS.build(dict(type=name, prob=1)), clip)
    assert isinstance(imgs, list) and len(imgs) == 8
    for img in imgs:
        assert isinstance(img, np.ndarray) and img.flags.writeable
        assert img.shape == (20, 30, 3) and img.dtype == np.uint8
    assert (np.stack(imgs) != before).mean() > 0.5
    assert (np.stack(clip) == before).all()  # the input is left as it was


@pytest.mark.parametrize('name', ['ClipColorJitter', 'ClipGrayscale'])
def test_probability_zero_changes_nothing(name, clip):
    assert changed(TRANSFORMS.build(dict(type=name, prob=0)), clip) is clip


def test_jitter_differs_between_the_frames_of_a_clip():
    torch.manual_seed(0)
    imgs = changed(
        ClipColorJitter(prob=1), [np.full((8, 8, 3), 120, np.uint8)] * 16)
    values = [img[0, 0, 0] for img in imgs]
    assert all((img == value).all() for img, value in zip(imgs, values))
    assert len(set(values)) > 10
    # gray has a contrast of none: brightness alone moves it, by 40 % at most
    assert 72 <= min(values) < 100 and 140 < max(values) <= 168


def test_hue_turns_and_saturation_stays():
    torch.manual_seed(0)
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    imgs = changed(ClipColorJitter(1, 0, 0, 0, hue=0.1), [red] * 32)
    pixels = np.stack(imgs)[:, 0, 0].astype(int)
    assert (pixels.max(1) == 200).all() and (pixels.min(1) == 0).all()
    assert pixels[:, 0].min() == 200  # within 0.1 of red, red stays largest
    assert (pixels[:, 1] > 0).any() and (pixels[:, 2] > 0).any()
    assert pixels[:, 1:].max() <= 200 * 0.6 + 4


def test_gray_is_the_luminance_in_all_channels(clip):
    luminance = np.stack(clip) @ np.array([0.299, 0.587, 0.114])
    gray = np.stack(changed(ClipGrayscale(prob=1), clip))
    assert (gray[..., :1] == gray).all()
    assert np.abs(gray[..., 0] - luminance).max() <= 1


@pytest.mark.parametrize('transform, prob', [(ClipColorJitter(), 0.8),
                                             (ClipGrayscale(), 0.2)])
def test_a_clip_is_changed_as_a_whole_with_its_probability(transform, prob):
    torch.manual_seed(0)
    frame = np.random.default_rng(0).integers(256, size=(4, 4, 3))
    count = 0
    for _ in range(400):
        imgs = changed(transform, [frame.astype(np.uint8)] * 4)
        differ = [bool((img != frame).any()) for img in imgs]
        assert all(differ) or not any(differ)
        count += differ[0]
    assert abs(count / 400 - prob) < 0.06  # three standard deviations


def test_the_seed_of_torch_decides(clip):
    runs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        runs.append(np.stack(changed(ClipColorJitter(prob=1), clip)))
    assert (runs[0] == runs[1]).all() and (runs[0] != runs[2]).any()


@pytest.mark.parametrize('kind', [ClipColorJitter, ClipGrayscale])
@pytest.mark.parametrize('prob', [-0.1, 1.5])
def test_what_is_no_probability_is_refused(kind, prob):
    with pytest.raises(ValueError, match=rf'prob must be in .* is {prob}'):
        kind(prob=prob)


def test_repr_names_the_options():
    assert repr(ClipGrayscale()) == 'ClipGrayscale(prob=0.2)'
    assert 'prob=0.8' in repr(ClipColorJitter())
    assert 'hue=(-0.1, 0.1)' in repr(ClipColorJitter())
