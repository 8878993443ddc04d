"""What bounds memory changes no number."""
import pytest
import torch
from mmaction.registry import MODELS
from torch.autograd.graph import saved_tensors_hooks

from projects.tc_clip.models.text import text_encoder
from projects.tc_clip.models.text.class_texts import chunk_runs

ARCH = dict(
    embed_dim=24,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=4, width=32, head_width=16, patch_size=8),
    text_cfg=dict(width=16, heads=2, layers=4))
WORDS = 'run', 'swim', 'jump over', 'sit down', 'throw a very small ball'


def make_model(names, **options):
    """Builds a small float64 model; options go to both towers."""
    torch.manual_seed(0)
    reference = dict(
        type='ContextTokens', num_tokens=6, seed_ratio=0.5, merge_step=4)
    chunk = options.pop('class_chunk', None)
    model = MODELS.build(
        dict(
            type='TCCLIPRecognizer',
            backbone=dict(
                type='TCCLIPViT', arch=ARCH, reference=reference, **options),
            cls_head=dict(
                type='TCCLIPHead',
                class_names=names,
                prompt_layers=[2, -1],
                class_chunk=chunk,
                **options)))
    return model.double()


def score(model, clips):
    """Returns logits, gradients, and bytes that the forward pass keeps."""
    kept = {}

    def pack(x):
        storage = x.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return x

    with saved_tensors_hooks(pack, lambda x: x):
        logits = model.cls_head(model.backbone(clips))
    for p in model.parameters():
        kept.pop(p.untyped_storage().data_ptr(), None)
    logits.logsumexp(1).sum().backward()
    return logits, [p.grad for p in model.parameters()
                    if p.requires_grad], sum(kept.values())


def test_checkpointing_keeps_numbers_and_frees_activations():
    clips = torch.randn(2, 3, 4, 32, 32, dtype=torch.float64)
    names = [f'{word} {i}' for i in range(8) for word in WORDS]
    *plain, kept = score(make_model(names), clips)
    *lean, kept_with_cp = score(make_model(names, with_cp=True), clips)
    torch.testing.assert_close(lean, plain, rtol=0, atol=1e-12)
    assert kept_with_cp < 0.35 * kept


@pytest.mark.parametrize('size', [1, 3, 7, 40, 100])
def test_chunks_of_classes_give_the_same_logits(size):
    clips = torch.randn(2, 3, 4, 32, 32, dtype=torch.float64)
    names = [f'{word} {i}' for i in range(8) for word in WORDS]
    *whole, _ = score(make_model(names), clips)
    *chunked, _ = score(make_model(names, class_chunk=size), clips)
    torch.testing.assert_close(chunked, whole, rtol=0, atol=1e-12)


def test_ten_thousand_classes_are_never_encoded_at_once(monkeypatch):
    names = [f'{word} {i}' for i in range(2000) for word in WORDS]
    model = make_model(names, class_chunk=500).eval()
    rows, block = [], text_encoder.text_block

    def watched(layer, state):
        rows.append(len(state.suffix) * sum(c for c, _ in state.runs))
        return block(layer, state)

    monkeypatch.setattr(text_encoder, 'text_block', watched)
    features = model.backbone(torch.randn(2, 3, 4, 32, 32).double())
    with torch.no_grad():
        logits = model.cls_head(features)
        assert max(rows) == 2 * 500  # two videos, after the first prompting
        some = [*range(0, 10000, 997)]
        model.set_classes([names[i] for i in some])
        torch.testing.assert_close(
            logits[:, some], model.cls_head(features), rtol=0, atol=1e-12)


@pytest.mark.parametrize('size', [1, 2, 5, 6, 9])
def test_chunks_hold_every_class_once_and_none_too_many(size):
    groups = ((3, 2), (1, 5), (4, 7))
    chunks = [*chunk_runs(groups, size)]
    counts = [sum(c for c, _ in chunk) for chunk in chunks]
    assert counts[:-1] == [size] * (len(counts) - 1) and counts[-1] <= size
    for length, total in ((2, 3), (5, 1), (7, 4)):
        assert total == sum(c for chunk in chunks for c, n in chunk
                            if n == length)


def test_chunk_of_no_class_is_an_error():
    with pytest.raises(ValueError, match='class_chunk=0'):
        make_model(['run'], class_chunk=0)
