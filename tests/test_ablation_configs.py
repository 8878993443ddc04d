"""Rows of the ablation tables differ from each other, and train."""
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config

from projects.tc_clip.models import ReferenceTokens
from tests.small import CONFIGS, FINE_ARCH

ROWS = sorted(
    str(path.relative_to(CONFIGS))
    for path in (CONFIGS / 'ablations').glob('*/*.py'))
# Rows that are the same model under the names of several tables.
BASELINE = {
    'components/baseline', 'prompting/baseline', 'seed_selection/baseline',
    'summarization/baseline', 'temporal_model/frame_wise'
}
TC_CLIP = {
    'components/tc_vp', 'prompting/context_tokens',
    'seed_selection/cls_attention_averaged', 'summarization/bipartite',
    'position_bias/space_bias', 'seed_ratio/alpha_03', 'context_tokens/k_096'
}
SAME = [
    BASELINE, TC_CLIP, {'components/tc', 'temporal_model/context_tokens'},
    {'components/vp', 'prompting/video_conditional'}
]


def load(row):
    """Loads the model of a row, with four classes and no weights."""
    config = Config.fromfile(CONFIGS / row)
    config.model.cls_head.class_names = ['run', 'jump', 'sit', 'read']
    config.model.backbone.pretrained = None
    config.model.data_preprocessor.blending = None
    return config.model


@pytest.fixture(scope='module')
def logits():
    """Logits of every row at a small size; weights follow from names."""
    clips = torch.randn(
        2, 3, 16, 32, 32, generator=torch.Generator().manual_seed(0))
    scores = {}
    for row in ROWS:
        model = load(row)
        model.backbone.arch = FINE_ARCH
        model = MODELS.build(model).train()
        for name, p in sorted(model.named_parameters()):
            seed = sum(name.encode()) * p.numel() % 2**31
            generator = torch.Generator().manual_seed(seed)
            noise = torch.randn(p.shape, generator=generator)
            p.data = 0.2 * noise
        torch.manual_seed(0)
        out = model.cls_head(model.backbone(clips))
        out.logsumexp(1).sum().backward()
        assert out.isfinite().all() and all(
            p.grad is None or p.grad.isfinite().all()
            for p in model.parameters()), row
        scores[row[len('ablations/'):-len('.py')]] = out.detach()
    return scores


@pytest.mark.parametrize('row', ROWS)
def test_rows_build_at_full_size(row):
    with torch.device('meta'):
        model = MODELS.build(load(row))
    assert len(model.backbone.transformer.resblocks) == 12


@pytest.mark.parametrize('row', ROWS)
def test_rows_change_nothing_but_the_model(row):
    config = Config.fromfile(CONFIGS / row)
    recipes = [
        Config.fromfile(CONFIGS / 'ablations' / f'{name}.py')
        for name in ('few_shot', 'zero_shot')
    ]
    recipe, = (r for r in recipes if r.work_dir == config.work_dir)
    model, own = config.pop('model'), recipe.pop('model')
    assert config.to_dict() == recipe.to_dict()
    assert model.data_preprocessor == own.data_preprocessor
    for key in ('type', 'arch', 'pretrained', 'num_frames'):
        assert model.backbone[key] == own.backbone[key]


def test_rows_that_differ_give_other_numbers(logits):
    names = sorted(logits)
    for i, one in enumerate(names):
        for other in names[i + 1:]:
            same = any({one, other} <= group for group in SAME)
            assert logits[one].equal(logits[other]) == same, (one, other)


def test_base_names_the_recipe(monkeypatch):
    monkeypatch.setenv('BASE', str(CONFIGS / 'demo/tcclip_motion.py'))
    config = Config.fromfile(CONFIGS / 'ablations/summarization/dpc_knn.py')
    assert config.model.backbone.num_frames == 8
    assert config.model.backbone.reference.summary.type == 'DPCKNNMerge'
    assert config.train_cfg.max_epochs == 12


OUTSIDE = '''
import torch
from mmaction.registry import MODELS
from projects.tc_clip.models import ReferenceTokens
from projects.tc_clip.models.attention import with_references


@MODELS.register_module()
class FirstFrame(ReferenceTokens):
    """All frames read the patches of the first one."""

    def has_references(self, layer):
        return layer > 2

    def join(self, query, key, value, context, bias):
        first = key[:, :1, :, 1:], value[:, :1, :, 1:]
        return with_references(query, key, value, first, bias)
'''


def test_a_strategy_from_outside_takes_one_file(tmp_path, monkeypatch):
    (tmp_path / 'first_frame.py').write_text(OUTSIDE)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / 'config.py').write_text(f'''
_base_ = '{CONFIGS}/ablations/few_shot.py'
custom_imports = dict(imports=['projects.tc_clip', 'first_frame'])
model = dict(backbone=dict(
    arch=dict({FINE_ARCH}, _delete_=True), pretrained=None,
    reference=dict(_delete_=True, type='FirstFrame')))
''')
    config = Config.fromfile(tmp_path / 'config.py')
    model = MODELS.build(config.model)
    assert isinstance(model.backbone.reference, ReferenceTokens)
    biased = [
        block.local_global_bias is not None
        for block in model.backbone.transformer.resblocks
    ]
    assert biased == [False, False, True]
    clips = torch.randn(1, 3, 4, 32, 32)
    clips.requires_grad_()
    # a frame's own feature, which now depends on the first frame too
    model.backbone(clips)[1][0, 0, 2].sum().backward()
    touched = clips.grad.abs().sum((0, 1, 3, 4)) > 0
    assert touched.tolist() == [True, False, True, False]
