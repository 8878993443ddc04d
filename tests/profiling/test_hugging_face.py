"""X-CLIP gives the logits of Hugging Face's XCLIPModel."""
import sys

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.clip.layouts import HF_X_CLIP
from projects.tc_clip.profiling.hugging_face import xclip_config, xclip_logits
from tests.small import CONFIGS

NAMES = ['abseiling', 'playing_guitar', 'BrushingTeeth', 'ski jumping']
ARCH = dict(
    embed_dim=128,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=3, width=128, head_width=64, patch_size=8),
    text_cfg=dict(width=64, heads=1, layers=2))


@pytest.fixture
def model():
    """A small X-CLIP from the config of the system."""
    torch.manual_seed(0)
    config = Config.fromfile(CONFIGS / '_base_/models/x_clip.py').model
    config.backbone.update(arch=ARCH, num_frames=4, pretrained=None)
    config.cls_head.class_names = NAMES
    config.data_preprocessor.blending = None
    return MODELS.build(config).eval()


@torch.no_grad()
def our_logits(model, clips):
    features, _ = model.neck(model.backbone(clips))
    return model.cls_head(features)


@torch.no_grad()
def test_logits_are_those_of_hugging_face(model):
    pytest.importorskip('transformers')
    for p in model.parameters():
        if p.dim() > 1:
            p.normal_(std=0.5 / p.shape[-1]**0.5)
    clips = torch.randn(2, 3, 4, 32, 32)
    wanted = xclip_logits(model)(clips)
    assert wanted.std() > 0.1  # they differ between videos and classes
    torch.testing.assert_close(
        our_logits(model, clips), wanted, rtol=0, atol=1e-5)


@torch.no_grad()
def test_weights_of_a_new_xclip_model(model):
    """In the other direction: its own initialisation, converted."""
    transformers = pytest.importorskip('transformers')
    theirs = transformers.XCLIPModel(xclip_config(model)).eval()
    model.load_state_dict(HF_X_CLIP.read(theirs.state_dict())[0])
    clips = torch.randn(2, 3, 4, 32, 32)
    tokens = theirs.text_model.embeddings.token_embedding.weight
    assert model.cls_head.text_encoder.token_embedding.weight.equal(tokens)
    wanted = xclip_logits(model)(clips)
    torch.testing.assert_close(
        our_logits(model, clips), wanted, rtol=0, atol=1e-5)


def test_without_transformers(model, monkeypatch):
    monkeypatch.setitem(sys.modules, 'transformers', None)
    with pytest.raises(
            ModuleNotFoundError, match='pip install transformers==4.51.3$'):
        xclip_logits(model)
