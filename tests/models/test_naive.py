"""The whole model equals the textbook version in ``tests/reference``."""
import torch

from tests.reference.naive import naive_logits
from tests.small import ARCH, changed, make_model, perturb


def test_logits_and_gradients_equal_the_textbook_version():
    arch = changed(ARCH, text=dict(width=24), quick_gelu=True)
    names = ['run', 'ski_jump', 'swim']
    model = make_model(
        backbone=dict(arch=arch), cls_head=dict(class_names=names))
    model = perturb(model, by=0.1).double()
    clips = torch.randn(2, 3, 4, 32, 32, dtype=torch.float64)
    results = []
    for score in (lambda x: model.cls_head(model.backbone(x)),
                  lambda x: naive_logits(model, x, 30)):
        model.zero_grad()
        logits = score(clips)
        logits.logsumexp(1).sum().backward()
        results.append(
            (logits,
             [p.grad.clone() for p in model.parameters() if p.requires_grad]))
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-9)
