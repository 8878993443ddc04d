"""Small models, and other helpers that many tests share."""
from pathlib import Path

import open_clip
import torch
from mmaction.registry import MODELS

ROOT = Path(__file__).parents[1]
DATA = ROOT / 'tests/data'
CONFIGS = ROOT / 'configs'

# The usual size: 16 patches and three layers in either tower.
ARCH = dict(
    embed_dim=24,
    vision_cfg=dict(
        image_size=32, layers=3, width=32, head_width=16, patch_size=8),
    text_cfg=dict(width=16, heads=2, layers=3))
# 64 narrow patches, so that every way to choose and merge tokens differs.
FINE_ARCH = dict(
    embed_dim=16,
    quick_gelu=True,
    vision_cfg=dict(
        image_size=32, layers=3, width=16, head_width=8, patch_size=4),
    text_cfg=dict(width=16, heads=2, layers=3))
# For state dicts that are renamed, fitted and saved: 10 words, 4 patches.
TINY_ARCH = dict(
    embed_dim=4,
    vision_cfg=dict(
        image_size=32, patch_size=16, layers=2, width=8, head_width=4),
    text_cfg=dict(
        context_length=77, vocab_size=10, width=4, heads=2, layers=2))
CONTEXT = dict(
    type='ContextTokens', num_tokens=6, seed_ratio=0.5, merge_step=4)
NAMES = ['running', 'jumping_jacks', 'sitting']


def changed(arch, vision=None, text=None, **options):
    """Returns an architecture with other values.

    Args:
        arch: one of the above.
        vision: values of ``vision_cfg``.
        text: values of ``text_cfg``.
        options: values beside them, such as ``quick_gelu``.
    """
    return dict(
        arch,
        vision_cfg=dict(arch['vision_cfg'], **(vision or {})),
        text_cfg=dict(arch['text_cfg'], **(text or {})),
        **options)


def model_config(backbone=None, cls_head=None, **options):
    """Returns the config of a small TC-CLIP, with these options on top."""
    return dict(
        type='TCCLIPRecognizer',
        backbone=dict(
            dict(type='TCCLIPViT', arch=ARCH, reference=CONTEXT),
            **(backbone or {})),
        cls_head=dict(
            dict(type='TCCLIPHead', class_names=NAMES), **(cls_head or {})),
        **options)


def build(config, seed=0):
    """Builds a model with the same random weights every time."""
    torch.manual_seed(seed)
    return MODELS.build(config)


def make_model(seed=0, **options):
    """Builds the model of :func:`model_config`."""
    return build(model_config(**options), seed)


def make_vit(**options):
    """Builds a small vision tower."""
    config = dict(type='TCCLIPViT', arch=ARCH, reference=CONTEXT)
    return build(dict(config, **options)).eval()


def make_head(class_names=tuple(NAMES), **options):
    """Builds a small text head."""
    config = dict(type='TCCLIPHead', class_names=class_names, arch=ARCH)
    return build(dict(config, **options)).eval()


def make_tower(reference, bias=True, **options):
    """Builds a float64 tower of 4x6 patches, all its weights random."""
    tower = make_vit(
        arch=changed(ARCH, vision=dict(image_size=(32, 48))),
        reference=reference,
        local_global_bias=bias,
        **options).double()
    for name, p in tower.named_parameters():
        torch.nn.init.normal_(p, std=0.5 if 'bias' in name else 0.2)
    return tower


@torch.no_grad()
def perturb(model, by):
    """Moves all weights away from their initial values; returns the model."""
    for p in model.parameters():
        p.add_(torch.randn_like(p) * by)
    return model


@torch.no_grad()
def score(model):
    """Returns a model's logits of two clips that are always the same."""
    clips = torch.randn(
        2, 3, 2, 32, 32, generator=torch.Generator().manual_seed(3))
    return model.cls_head(model.backbone(clips))


def save_clip(path, arch=ARCH, seed=0):
    """Saves a CLIP with random weights; returns its state dict."""
    torch.manual_seed(seed)
    state = open_clip.CLIP(**arch).state_dict()
    torch.save(state, path)
    return state


def spy(monkeypatch, owner, name):
    """Returns a list that gets the arguments of every call of a function.

    Args:
        monkeypatch: pytest's fixture.
        owner: module, class or object that has the function.
        name: of the function, which works as before.
    """
    calls, function = [], getattr(owner, name)

    def watched(*args, **kwargs):
        calls.append(args)
        return function(*args, **kwargs)

    is_static = isinstance(vars(owner).get(name), staticmethod)
    monkeypatch.setattr(owner, name,
                        staticmethod(watched) if is_static else watched)
    return calls


def table_cells(page):
    """Returns the cells of a page's table, a list for each line."""
    lines = [line for line in page.splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split('|')]
            for line in lines]
