"""Records of the first view of a video."""
import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict

from projects.tc_clip.apis import record_view


def test_record_of_a_video(inferencer, moving):
    path, _ = moving[0]
    clip, prediction = record_view(inferencer, path)
    inputs = inferencer.pipeline(str(path))['inputs']
    assert clip.frames.dtype == np.uint8
    assert (clip.frames == inputs[0].permute(1, 2, 3, 0).numpy()).all()
    assert [m.attention.shape for m in clip.layers] == [(8, 8, 8)] * 3
    assert prediction == inferencer.predict([path])[0]
    assert prediction.video == str(path)
    # 16 frames, 16 in a second: every second one
    assert clip.times == pytest.approx(np.arange(1, 16, 2) / 16)


def test_only_the_first_of_several_views_is_recorded(inferencer, moving,
                                                     monkeypatch):
    wanted, prediction = record_view(inferencer, moving[0][0])
    first, second = (inferencer.pipeline(str(path)) for path, _ in moving[:2])
    first['inputs'] = torch.cat((first['inputs'], second['inputs']))
    monkeypatch.setattr(inferencer, 'pipeline', lambda path: first)
    clip, same = record_view(inferencer, moving[0][0])
    assert (clip.frames == wanted.frames).all() and same == prediction
    assert (clip.layers[2].groups == wanted.layers[2].groups).all()


def test_a_model_of_another_kind_is_refused():
    inferencer = ConfigDict(model=dict())
    with pytest.raises(ValueError, match='no tokens .* model.backbone'):
        record_view(inferencer, 'a.mp4')
