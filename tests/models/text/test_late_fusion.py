"""Late fusion of class texts and video, and texts without a template."""
import pytest
import torch
from mmaction.registry import MODELS
from open_clip.tokenizer import SimpleTokenizer

from projects.tc_clip.clip.towers import clip_config, text_tower
from tests.small import FINE_ARCH, make_head, make_model, perturb

NAMES = ['run', 'throw a ball', 'ski_jump']


def make(**options):
    return make_head(NAMES, arch=FINE_ARCH, **options).double()


def fuse_slowly(fusion, text, context):
    """c + alpha * Dec(c, LN(s)), class by class with torch's own parts."""
    rows = []
    for c in text:
        x = c[None]
        for layer in fusion.layers:
            kv = torch.nn.functional.layer_norm(context, (16, ),
                                                layer.ln_1_kv.weight,
                                                layer.ln_1_kv.bias)
            x = x + layer.attn(layer.ln_1(x), kv, kv)[0]
            x = x + layer.mlp(layer.ln_2(x))
        rows.append(c + fusion.alpha * x[0])
    return torch.stack(rows)


@pytest.mark.parametrize('options', [{}, dict(num_layers=1, alpha=1.)])
def test_fusion_equals_a_loop_over_videos_and_classes(options):
    fusion = MODELS.build(
        dict(type='VisionTextFusion', channels=16, head_width=8,
             **options)).double()
    perturb(fusion, by=0.3)
    text = torch.randn(1, 5, 16).double()
    context = torch.randn(3, 7, 16).double()
    fused = fusion(text, context)
    for video, s in zip(fused, context):
        torch.testing.assert_close(video, fuse_slowly(fusion, text[0], s))


def test_head_fuses_after_the_text_tower():
    head = make(prompt_layers=[], fusion=dict(type='VisionTextFusion'))
    context = torch.randn(2, 1, 7, 16).double().requires_grad_()
    plain = make(prompt_layers=[])
    plain.load_state_dict(head.state_dict(), strict=False)
    with torch.no_grad():
        wanted = head.fusion(plain.encode_text(), context[:, 0])
    text = head.encode_text(context)
    torch.testing.assert_close(text, wanted)
    text.sum().backward()
    assert context.grad is None and head.fusion.alpha.grad.abs().sum() > 0
    with pytest.raises(ValueError, match='fusion=None'):
        head.encode_text(None)


def test_recognizer_hands_the_last_context_to_the_fusion():
    model = make_model(
        cls_head=dict(prompt_layers=[], fusion=dict(
            type='VisionTextFusion'))).eval()
    perturb(model, by=0.05)
    assert model.backbone.context_layers == [3]
    head = model.cls_head
    feature, context = model.backbone(torch.randn(2, 3, 4, 32, 32))
    plain = make_head(prompt_layers=[])
    plain.load_state_dict(head.state_dict(), strict=False)
    text = head.fusion(plain.encode_text(), context[:, -1])
    cosine = torch.cosine_similarity(feature[:, None], text, -1)
    logits = head((feature, context))
    torch.testing.assert_close(logits, head.logit_scale.exp() * cosine)
    without = head((feature, torch.zeros_like(context)))
    assert (logits - without).abs().max() > 1e-2


def test_bare_class_names_equal_open_clip():
    tower = text_tower(clip_config(FINE_ARCH)).double()
    head = make(
        num_prompts=0, prompt_init=None, prompt_layers=[], full_stop='')
    head.text_encoder.load_state_dict(tower.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(head.encode_text()[0],
                                   tower(SimpleTokenizer()(NAMES, 77)))
