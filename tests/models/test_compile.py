"""Every registered part of the vision tower compiles as one graph."""
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.utils import digit_version

from projects.tc_clip.models import ReferenceTokens, SeedSelection
from projects.tc_clip.models.attention import with_references
from tests.small import ARCH, CONTEXT, changed, make_vit

pytestmark = pytest.mark.skipif(
    digit_version(torch.__version__) < digit_version('2.5'),
    reason='torch compiles named tuples from 2.5 on')
ROOM = 'projects.tc_clip.models.references.'
SMALL = {key: value for key, value in CONTEXT.items() if key != 'type'}
WEIGHTS = dict(
    seed_weights=dict(type='PatchSaliencySelection', sharpen=True),
    summary=dict(type='BipartiteSummary', weight_side='source'))
# Where a part does something else with other options.
OPTIONS = dict(
    BipartiteSummary=[{}, dict(weight_side='source')],
    CLSAttentionSelection=[{}, dict(per_head=True)],
    ContextTokens=[SMALL, dict(SMALL, **WEIGHTS)],
    CrossFrame=[{}, dict(include_own=False)],
    HeadWiseContext=[SMALL],
    KeyNormSelection=[{}, dict(per_head=True),
                      dict(largest=False)])
PARTS = [
    dict(type=name, **options) for name, part in MODELS.module_dict.items()
    if part.__module__.startswith(ROOM) for options in OPTIONS.get(name, [{}])
]
PATCHES = 12


def make_call(config):
    """Returns what calls a part as the model does, and with what."""
    part = MODELS.build(config)
    if isinstance(part, ReferenceTokens):
        tower = make_vit(
            arch=changed(ARCH, quick_gelu=True),
            reference=config,
            local_global_bias=part.takes_bias,
            context_layers=[-1])
        return tower, (torch.randn(2, 3, 4, 32, 32), )
    if isinstance(part, SeedSelection):
        qkv = torch.randn(3, 2, 3, 4, 1 + PATCHES, 8)
        references = tuple(torch.randn(2, 2, 1, 4, 6, 8))
        count = PATCHES if config['type'] == 'NoSelection' else 5
        bias = torch.randn(4, 1, 2)
        return part, (with_references(*qkv, references, bias), count)
    return part, (torch.randn(2, 30, 8), 5, 8, torch.rand(2, 30, 1))


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    'config',
    PARTS,
    ids=lambda config: '-'.join([config['type'], *[*config][1:]]))
def test_parts_compile_as_one_graph(config, training):
    torch._dynamo.reset()
    part, inputs = make_call(config)
    compiled = torch.compile(
        part.train(training), backend='eager', fullgraph=True)
    with torch.set_grad_enabled(training):
        torch.manual_seed(0)
        expected = part(*inputs)
        torch.manual_seed(0)
        torch.testing.assert_close(compiled(*inputs), expected)
