"""Messages between frames, from X-CLIP's formula."""
import torch

from tests.reference import blocks

CLIPS = torch.randn(2, 3, 4, 32, 48, dtype=torch.float64)


def make():
    """Builds a small tower with random weights."""
    return blocks.frame_wise_tower(dict(type='MessageTokens'))


@torch.no_grad()
def test_frames_equal_a_loop_over_frames_and_heads():
    vit = make()

    def messages(layer, frames):
        part = vit.injection.layers[layer - 1]
        m = torch.stack([part.fc(x[0]) for x in frames])
        m = m + blocks.attention(part.attn, part.ln(m), heads=2)
        return m.unsqueeze(1)

    torch.testing.assert_close(
        vit(CLIPS)[0], blocks.encode_frames(vit, CLIPS, messages))


@torch.no_grad()
def test_only_attention_over_time_carries_messages():
    vit = make()

    def frames_alone():
        return torch.cat(
            [vit(CLIPS[:, :, t:t + 1])[0] for t in range(CLIPS.shape[2])], 1)

    assert (vit(CLIPS)[0] - frames_alone()).abs().max() > 1e-3
    for layer in vit.injection.layers:
        layer.attn.out_proj.weight.zero_()
    torch.testing.assert_close(vit(CLIPS)[0], frames_alone())


def test_names_and_heads():
    injection = make().injection
    assert {name.split('.', 2)[2]
            for name in injection.state_dict()} == {
                'fc.weight', 'fc.bias', 'ln.weight', 'ln.bias',
                'attn.in_proj_weight', 'attn.in_proj_bias',
                'attn.out_proj.weight', 'attn.out_proj.bias'
            }
    assert [layer.attn.num_heads for layer in injection.layers] == [2, 2, 2]
