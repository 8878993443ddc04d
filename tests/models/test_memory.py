"""What bounds memory changes no number."""
import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from projects.tc_clip.models.text import text_encoder
from tests import small
from tests.small import changed, spy

ARCH = changed(small.ARCH, dict(layers=4), dict(layers=4), quick_gelu=True)
WORDS = 'run', 'swim', 'jump over', 'sit down', 'throw a very small ball'


def make_model(names, class_chunk=None, **options):
    """Builds a small float64 model; options go to both towers."""
    return small.make_model(
        backbone=dict(arch=ARCH, **options),
        cls_head=dict(
            class_names=names,
            prompt_layers=[2, -1],
            class_chunk=class_chunk,
            **options)).double()


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
    calls = spy(monkeypatch, text_encoder, 'text_block')
    features = model.backbone(torch.randn(2, 3, 4, 32, 32).double())
    with torch.no_grad():
        logits = model.cls_head(features)
        rows = [
            len(state.suffix) * sum(c for c, _ in state.runs)
            for _, state in calls
        ]
        assert max(rows) == 2 * 500  # two videos, after the first prompting
        some = [*range(0, 10000, 997)]
        model.set_classes([names[i] for i in some])
        torch.testing.assert_close(
            logits[:, some], model.cls_head(features), rtol=0, atol=1e-12)


def test_chunk_of_no_class_is_an_error():
    with pytest.raises(ValueError, match='class_chunk=0'):
        make_model(['run'], class_chunk=0)
