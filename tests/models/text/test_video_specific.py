"""X-CLIP's video-specific prompts against loops over videos and classes."""
import torch
from mmaction.registry import MODELS
from torch import nn

from tests.small import perturb


def make(**options):
    """Builds the module in float64, all weights far from their start."""
    torch.manual_seed(0)
    part = MODELS.build(
        dict(
            dict(type='VideoSpecificPrompts', channels=16, head_width=8),
            **options))
    return perturb(part.double(), by=0.3)


def read_slowly(layer, text, video):
    """Cross-attention of one text ``(E, )`` to tokens ``(k, E)``."""
    query = layer.q_proj.weight @ text
    read = []
    for h in range(2):
        own = slice(8 * h, 8 * h + 8)
        logits = torch.stack([(layer.k_proj.weight @ z)[own] @ query[own]
                              for z in video]) / 8**0.5
        values = torch.stack([(layer.v_proj.weight @ z)[own] for z in video])
        read.append(logits.softmax(0) @ values)
    return layer.proj(torch.cat(read))


def refine_slowly(part, text, video):
    """Refines one text ``(E, )`` for one video ``(k, E)``."""
    video, c = part.norm(video), text
    for layer in part.layers:
        c = c + read_slowly(layer, layer.norm1(c), video)
        hidden = layer.mlp.c_fc(layer.norm2(c))
        c = c + layer.mlp.c_proj(hidden * (1.702 * hidden).sigmoid())
    return text + part.alpha * c


@torch.no_grad()
def test_texts_equal_a_loop_over_videos_and_classes():
    for layers in (1, 2):
        part = make(num_layers=layers)
        for text in torch.randn(1, 5, 16), torch.randn(3, 5, 16):
            text = text.double()
            context = torch.randn(3, 7, 16).double()
            want = torch.stack([
                torch.stack([refine_slowly(part, c, video) for c in rows])
                for rows, video in zip(text.expand(3, -1, -1), context)
            ])
            torch.testing.assert_close(part(text, context), want)


@torch.no_grad()
def test_without_layers_only_the_residual_text_is_added():
    part = make(num_layers=0)
    text = torch.randn(3, 5, 16).double()
    torch.testing.assert_close(
        part(text,
             torch.randn(3, 7, 16).double()), text * (1 + part.alpha))


def test_gradients_reach_all_weights_texts_and_tokens():
    part = make()
    text = torch.randn(1, 5, 16, dtype=torch.float64, requires_grad=True)
    context = torch.randn(3, 7, 16, dtype=torch.float64, requires_grad=True)
    part(text, context).square().sum().backward()
    for tensor in (text, context, *part.parameters()):
        assert tensor.grad.abs().max() > 1e-6


def test_names_and_initial_values():
    part = MODELS.build(dict(type='VideoSpecificPrompts', channels=128))
    assert {
        name
        for name, _ in part.layers[1].named_parameters()
    } == {
        *(f'{name}.weight' for name in ('q_proj', 'k_proj', 'v_proj')),
        *(f'{name}.{leaf}'
          for name in ('norm1', 'norm2', 'proj', 'mlp.c_fc', 'mlp.c_proj')
          for leaf in ('weight', 'bias'))
    }
    assert part.alpha.equal(torch.full((128, ), 0.1))
    assert part.layers[0].heads == 2
    for module in part.modules():
        if isinstance(module, nn.Linear):
            assert 0.018 < module.weight.std() < 0.022
            assert module.bias is None or not module.bias.any()
