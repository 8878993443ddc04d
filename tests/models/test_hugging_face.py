"""X-CLIP gives the logits of Hugging Face's XCLIPModel."""
import open_clip
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.clip.layouts import from_hf_x_clip
from tests.small import CONFIGS

NAMES = ['abseiling', 'playing_guitar', 'BrushingTeeth', 'ski jumping']
ARCH = dict(
    embed_dim=128,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=3, width=128, head_width=64, patch_size=8),
    text_cfg=dict(width=64, heads=1, layers=2))
THEIRS = dict(
    text_config=dict(
        hidden_size=64,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=1),
    vision_config=dict(
        hidden_size=128,
        intermediate_size=512,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
        num_frames=4,
        mit_hidden_size=128,
        mit_intermediate_size=512,
        mit_num_hidden_layers=1,
        mit_num_attention_heads=2),
    projection_dim=128,
    prompt_num_attention_heads=2)


@torch.no_grad()
def test_logits():
    transformers = pytest.importorskip('transformers')
    torch.manual_seed(0)
    theirs = transformers.XCLIPModel(transformers.XCLIPConfig(**THEIRS)).eval()
    for name, p in theirs.named_parameters():
        if 'norm' not in name and p.dim() > 0:
            p.normal_(std=0.5 / p.shape[-1]**0.5)
    config = Config.fromfile(CONFIGS / '_base_/models/x_clip.py').model
    config.backbone.update(arch=ARCH, num_frames=4, pretrained=None)
    config.cls_head.class_names = NAMES
    config.data_preprocessor.blending = None
    ours = MODELS.build(config).eval()
    ours.load_state_dict(from_hf_x_clip(theirs.state_dict())[0])
    clips = torch.randn(2, 3, 4, 32, 32)
    tokens = open_clip.SimpleTokenizer()(NAMES)
    wanted = theirs(
        input_ids=tokens,
        attention_mask=torch.ones_like(tokens),
        pixel_values=clips.transpose(1, 2)).logits_per_video
    features, _ = ours.neck(ours.backbone(clips))
    logits = ours.cls_head(features)
    assert wanted.std() > 0.1  # they differ between videos and classes
    torch.testing.assert_close(logits, wanted, rtol=0, atol=1e-5)
