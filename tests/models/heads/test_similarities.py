"""How videos are compared with class texts."""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from tests.small import make_head, make_model


def test_unit_vectors_give_cosines():
    similarity = MODELS.build(dict(type='CosineSimilarity'))
    video, text = torch.randn(2, 24).double(), torch.randn(2, 3, 24).double()
    have = similarity(F.normalize(video, dim=-1), F.normalize(text, dim=-1))
    wanted = F.cosine_similarity(video[:, None], text, -1)
    torch.testing.assert_close(have, wanted)
    # texts that no video changes are there once
    shared = F.normalize(text[:1], dim=-1)
    torch.testing.assert_close(
        similarity(F.normalize(video, dim=-1), shared),
        F.cosine_similarity(video[:, None], text[:1], -1))


def test_frame_logits_are_means_over_frames():
    similarity = MODELS.build(dict(type='FrameLogits'))
    frames = F.normalize(torch.randn(2, 5, 24).double(), dim=-1)
    text = F.normalize(torch.randn(2, 3, 24).double(), dim=-1)
    wanted = torch.stack([
        torch.stack([(frame @ t.T) for frame in video]).mean(0)
        for video, t in zip(frames, text)
    ])
    torch.testing.assert_close(similarity(frames, text), wanted)
    torch.testing.assert_close(
        similarity(frames, text[:1])[1], (frames[1] @ text[0].T).mean(0))


def test_a_video_in_place_of_frames_is_refused():
    head = make_head(
        similarity=dict(type='FrameLogits'), prompt_layers=[]).eval()
    with pytest.raises(
            ValueError, match=r"videos \(2, 24\): set out='frames'"):
        head(torch.rand(2, 24))


@torch.no_grad()
def test_frames_of_a_window_are_scored_one_by_one():
    """Zero padding at both ends, as in Open-VCLIP; there are two views."""
    window = dict(type='WindowExpansion')
    model = make_model(
        backbone=dict(reference=window, local_global_bias=False, out='frames'),
        cls_head=dict(
            similarity=dict(type='FrameLogits'),
            prompt_layers=[],
            average_clips='score')).double().eval()
    clips = torch.randn(2, 2, 3, 4, 32, 32).double()
    frames = model.backbone.encode_frames(clips.flatten(0, 1)).feature
    cosines = F.cosine_similarity(
        frames[:, :, None],  # (B * V, T, 1, E)
        model.cls_head.encode_text()[0],  # (C, E)
        dim=-1)
    logits = cosines.mean(1) * model.cls_head.logit_scale.exp()
    samples = model.predict(clips, [ActionDataSample() for _ in range(2)])
    torch.testing.assert_close(
        torch.stack([sample.pred_score for sample in samples]),
        logits.unflatten(0, (2, 2)).mean(1))
