"""How the prompts read the context tokens of a video."""
import pytest
import torch

from tests.small import make_head, perturb


def attend_slowly(layer, prompts, context):
    """p + MHCA(LN(p), LN(s)), then p + FFN(LN(p)), with torch's own parts."""
    kv = layer.ln_1_kv(context)
    prompts = prompts + layer.attn(layer.ln_1(prompts), kv, kv)[0]
    return prompts + layer.mlp(layer.ln_2(prompts))


@pytest.mark.parametrize('index', [0, 1])
def test_prompts_read_each_video_alone(index):
    prompting = make_head(prompt_layers=[1, -1]).double().prompting
    perturb(prompting, by=0.3)
    prompts = torch.randn(1, 4, 16).double()
    context = torch.randn(3, 5, 24).double()
    out = prompting(prompts, context, index)
    for video, tokens in zip(out, context):
        # from the joint width of 24 to the text tower's 16
        tokens = prompting.project(tokens[None])
        want = attend_slowly(prompting.layers[index], prompts, tokens)
        torch.testing.assert_close(video[None], want)


def test_the_order_of_context_tokens_does_not_matter():
    prompting = perturb(make_head().prompting, by=0.3)
    prompts, context = torch.randn(2, 4, 16), torch.randn(2, 5, 24)
    with torch.no_grad():
        out = prompting(prompts, context, 0)
        torch.testing.assert_close(
            prompting(prompts, context[:, [3, 0, 4, 1, 2]], 0), out)
        assert (prompting(prompts, context + 1, 0) - out).abs().max() > 1e-3


def test_prompting_starts_as_the_clip_block_of_its_index():
    head = make_head(prompt_layers=[2, -1])
    blocks = head.text_encoder.transformer.resblocks
    for block in (blocks[1], blocks[2]):
        torch.nn.init.normal_(block.ln_1.weight)
    head.init_weights()
    for layer, block in zip(head.prompting.layers, (blocks[1], blocks[2])):
        assert layer.attn.in_proj_weight.equal(block.attn.in_proj_weight)
        assert layer.ln_1_kv.weight.equal(block.ln_1.weight)
        assert layer.ln_1_kv.weight is not block.ln_1.weight
