"""Builds CLIP's towers with open_clip: plain ViTs, by name or by config."""
import logging
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import open_clip
import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from open_clip import transformer
from open_clip.model import _build_text_tower, _build_vision_tower
from open_clip.pretrained import get_pretrained_cfg
from open_clip.transformer import TextTransformer, VisionTransformer
from torch import Tensor, nn

Arch = Union[str, Mapping[str, Any]]

# Options that our forward passes do not support, with the value that switches
# each of them off.
_PLAIN_VISION = dict(
    timm_model_name=None,
    attentional_pool=False,
    pool_type='tok',
    final_ln_after_pool=False,
    patch_dropout=0.,
    block_type=None)
_PLAIN_TEXT = dict(
    hf_model_name=None,
    hf_tokenizer_name=None,
    embed_cls=False,
    no_causal_mask=False,
    pool_type='argmax',
    proj_type='linear',
    proj_bias=False,
    block_type=None,
    ls_init_value=None,
    tokenizer_kwargs=None,
    vocab_size=49408)


def clip_config(arch: Arch, pretrained: Optional[str] = None) -> Dict:
    """Returns the open_clip config of an architecture.

    If open_clip knows that the weights of a tag were trained with QuickGELU,
    the config gets it, with a warning. For a local file ``arch`` decides.

    Args:
        arch: name of an open_clip model (``'ViT-B-16'``) or such a config
            itself (``embed_dim``, ``vision_cfg``, ``text_cfg``).
        pretrained: open_clip tag or file that will be loaded.

    Returns:
        A config with ``embed_dim``, ``quick_gelu``, ``vision_cfg`` and
        ``text_cfg``.

    Raises:
        ValueError: the name is unknown, or the inline config incomplete.
    """
    if isinstance(arch, str):
        config = open_clip.get_model_config(arch)
        if config is None:
            raise ValueError(
                f'arch={arch!r} is not an open_clip model. The plain ViTs are '
                f'{[n for n in open_clip.list_models() if n[:5] == "ViT-B"]} '
                'and larger ones; see open_clip.list_models().')
        tag = get_pretrained_cfg(arch, pretrained) if pretrained else {}
    else:
        config, tag = dict(arch), {}
        missing = {'embed_dim', 'vision_cfg', 'text_cfg'} - set(config)
        if missing:
            raise ValueError(f'arch is an inline config without '
                             f'{sorted(missing)}; see open_clip model configs')
    config.setdefault('quick_gelu', False)
    if tag.get('quick_gelu', False) and not config['quick_gelu']:
        config['quick_gelu'] = True
        print_log(
            f'The {pretrained} weights of {arch} were trained with QuickGELU, '
            f"which is used. Write arch='{arch}-quickgelu': tools that remove "
            '`pretrained` then build the same model.',
            logger='current',
            level=logging.WARNING)
    return config


def _check_plain(tower: str, config: Mapping, plain: Mapping) -> None:
    """Raises a ValueError if a config describes more than a plain tower."""
    other = {
        key: config[key]
        for key, value in plain.items() if config.get(key, value) != value
    }
    if other:
        raise ValueError(
            f'The {tower} tower of this arch is not a plain CLIP transformer '
            f'({other}); choose one such as ViT-B-16 or ViT-L-14.')


class QuickGELU(nn.Module):
    """``x * sigmoid(1.702 * x)`` with fewer passes over memory.

    It is ``silu(1.702 * x) / 1.702``: training keeps one tensor less, and
    without gradients the input is overwritten.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Applies QuickGELU; without gradients, ``x`` is overwritten."""
        if torch.is_grad_enabled():
            return F.silu(1.702 * x) / 1.702
        return F.silu(x.mul_(1.702), inplace=True).div_(1.702)


def _exchange_activation(tower: Any) -> Any:
    """Puts our QuickGELU in the place of open_clip's."""
    for block in tower.transformer.resblocks:
        if isinstance(block.mlp.gelu, transformer.QuickGELU):
            block.mlp.gelu = QuickGELU()
    return tower


def vision_tower(config: Mapping) -> VisionTransformer:
    """Builds the image tower of an open_clip config, randomly initialised.

    Args:
        config: as :func:`clip_config` returns it.

    Raises:
        ValueError: the tower is not a plain ViT with a CLS token.
    """
    _check_plain('image', config['vision_cfg'], _PLAIN_VISION)
    if not isinstance(config['vision_cfg']['layers'], int):
        raise ValueError('The image tower of this arch is a ResNet; '
                         'choose a ViT such as ViT-B-16.')
    return _exchange_activation(
        _build_vision_tower(config['embed_dim'], dict(config['vision_cfg']),
                            config['quick_gelu']))


def text_tower(config: Mapping) -> TextTransformer:
    """Builds the text tower of an open_clip config, randomly initialised.

    Args:
        config: as :func:`clip_config` returns it.

    Raises:
        ValueError: the tower is not a causal transformer pooled at EOT.
    """
    _check_plain('text', config['text_cfg'], _PLAIN_TEXT)
    return _exchange_activation(
        _build_text_tower(config['embed_dim'], dict(config['text_cfg']),
                          config['quick_gelu']))


def layer_indices(layers: Sequence[int], depth: int, name: str) -> List[int]:
    """Sorts layer numbers: 1-based, negative ones count from the end.

    Args:
        layers: the numbers, such as ``[6, -1]``.
        depth: number of layers in the tower.
        name: name of the option, for the error message.

    Raises:
        ValueError: it is not a list, a number names no layer, or one is named
            twice.
    """
    if not isinstance(layers, (list, tuple)):
        raise ValueError(f'{name}={layers} must be a list of layers, such as '
                         '[-1]')
    indices = [i if i > 0 else depth + 1 + i for i in layers]
    if any(not 1 <= i <= depth for i in indices) or 0 in layers:
        raise ValueError(f'{name}={list(layers)} names a layer that is not '
                         f'there: the tower has layers 1 to {depth} '
                         f'(-1 is the last)')
    if len(set(indices)) < len(indices):
        raise ValueError(f'{name}={list(layers)} names a layer twice')
    return sorted(indices)
