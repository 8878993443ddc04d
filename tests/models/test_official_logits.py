"""The registered classes compute what the official code computes.

Everything runs in float64, through the converter; see
``tests/reference/official_weights.py`` for where the numbers come from.
"""
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.clip.layouts import TC_CLIP, VIFI_CLIP
from tests.reference import official_weights as official
from tests.small import CONFIGS


def build(case, reference, **head):
    """Builds the recognizer of a case, without weights."""
    options = case.get('cfg', {})
    frames = options.get('num_frames', case.get('T'))
    return MODELS.build(
        dict(
            type='TCCLIPRecognizer',
            backbone=dict(
                type='TCCLIPViT',
                arch='ViT-B-16-quickgelu',
                num_frames=frames,
                pos_embed=options.get('positional_embedding_type', 'space'),
                reference=reference),
            cls_head=dict(
                type='TCCLIPHead',
                class_names=case['classes'],
                split_camel_case=True,
                **head))).double(), frames


def load(model, convert, case):
    """Loads a case's official weights through the converter."""
    state, leftovers = convert(official.official_state(case))
    assert not leftovers
    state['cls_head.text_encoder.token_embedding.weight'] = official.parameter(
        official.TOKEN_EMBEDDING, (49408, 512))
    model.load_state_dict(state)


def tc_clip(name):
    """Returns model, clips, case and expected arrays of a TC-CLIP case."""
    case, expected = official.load_case(name)
    options = case['cfg']
    model, frames = build(
        case,
        dict(
            type='ContextTokens',
            num_tokens=options.get('context_token_k', 96),
            seed_ratio=options.get('seed_token_a', 0.3)))
    load(model, TC_CLIP.read, case)
    clips = official.clips(case['batch'], frames, case['seed']).double()
    return model, clips, case, {
        k: torch.tensor(v)
        for k, v in expected.items()
    }


def full_owner(context, num_patches):
    """Returns the context token of every patch, -1 where it was no seed."""
    index, token_of_seed = context.seed_index, context.token_of_seed
    full = token_of_seed.new_full((*index.shape[:2], num_patches), -1)
    return full.scatter(2, index, token_of_seed).flatten(1)


@pytest.mark.parametrize(
    'name', ['default_t4',
             pytest.param('joint_t8', marks=pytest.mark.slow)])
def test_inference_equals_official_code(name):
    model, clips, case, expected = tc_clip(name)
    contexts = []
    model.backbone.reference.register_forward_hook(
        lambda module, inputs, context: contexts.append(context))
    model.eval()
    with torch.no_grad():
        feature, context = model.backbone(clips)
        text = model.cls_head.encode_text(context)
        logits = model.cls_head((feature, context))
    close = dict(rtol=0, atol=1e-4)  # stored as float32
    torch.testing.assert_close(logits, expected['logits'], rtol=0, atol=1e-6)
    torch.testing.assert_close(context.float(), expected['context_tokens'],
                               **close)
    torch.testing.assert_close(text.float(), expected['text_features'],
                               **close)
    torch.testing.assert_close(feature.float(),
                               expected['cls_tokens'][:, -1].mean(1), **close)
    assert len(contexts) == 12
    for i, layer in enumerate(contexts):
        assert layer.seed_index.equal(expected['seed_index'][i].long())
        assert full_owner(layer, 196).equal(expected['owner'][i].long())


def official_norms(model):
    """Returns our gradient norms under the official names."""
    from projects.tc_clip.clip.layouts import TC_CLIP
    ours = {
        name: torch.zeros_like(p) if p.grad is None else p.grad
        for name, p in model.named_parameters()
    }
    return {name: grad.norm() for name, grad in TC_CLIP.write(ours).items()}


def test_gradients_equal_official_code():
    model, clips, case, expected = tc_clip('default_t4_grad')
    model.train()
    logits = model.cls_head(model.backbone(clips))
    loss = F.cross_entropy(logits, torch.tensor(case['labels']))
    loss.backward()
    assert abs(loss - expected['loss']) < 1e-9
    norms = official_norms(model)
    for name, norm in case['grad_norms'].items():
        # Softmax ignores the key bias: what is left of its gradient, 1e-17,
        # is rounding.
        wanted = torch.tensor(norm or 0., dtype=torch.float64)
        torch.testing.assert_close(
            norms[name], wanted, rtol=1e-6, atol=1e-14, msg=name)
    assert model.cls_head.text_encoder.token_embedding.weight.grad is None


def test_frame_wise_equals_official_vifi_clip():
    case, expected = official.load_case('vifi_t4')
    config = Config.fromfile(CONFIGS / 'zero_shot/vificlip_k400.py').model
    config.backbone.pretrained = config.data_preprocessor.blending = None
    config.cls_head.class_names = case['classes']
    model, frames = MODELS.build(config).double(), case['T']
    load(model, VIFI_CLIP.read, case)
    model.eval()
    clips = official.clips(case['batch'], frames, case['seed']).double()
    with torch.no_grad():
        feature, context = model.backbone(clips)
        text = model.cls_head.encode_text()[0]
        logits = model.cls_head((feature, context))
    assert abs(logits.numpy() - expected['logits']).max() < 1e-6
    assert abs(text.numpy() - expected['text_features']).max() < 1e-4
    assert abs(feature.numpy() -
               expected['frame_features'].mean(1)).max() < 1e-4
