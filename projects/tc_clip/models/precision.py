"""Chooses the precision of matrix products, for tests and predictions.

Weights stay in float32. Autocast computes matrix products in half precision,
and sums, norms and softmax in float32, as in training. What leaves a model is
float32.
"""
from contextlib import contextmanager
from typing import Any, Iterator

import torch
from torch import Tensor, nn

PRECISIONS = ('float32', 'bfloat16', 'float16', 'auto')
# torch's names, some of which older releases lack
_NATIVE_BFLOAT16 = '_is_avx512_bf16_supported', '_is_amx_tile_supported'


def fast_dtype(device: torch.device) -> torch.dtype:
    """Returns the precision in which a device multiplies fastest.

    Args:
        device: a GPU of compute capability 8 or more, and a CPU with
            AVX512-BF16 or AMX, have bfloat16; other GPUs have float16. All
            else is float32, also where torch is too old to know the CPU.
    """
    if device.type == 'cuda':
        major, _ = torch.cuda.get_device_capability(device)
        return torch.bfloat16 if major >= 8 else torch.float16
    knows = [getattr(torch.cpu, name, None) for name in _NATIVE_BFLOAT16]
    if device.type == 'cpu' and any(ask() for ask in knows if ask):
        return torch.bfloat16
    return torch.float32


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """Returns the precision that an option names.

    Args:
        name: one of :data:`PRECISIONS`; ``'auto'``: see :func:`fast_dtype`.
        device: where the model is.

    Raises:
        ValueError: the name is unknown, or the device has no use for it.
    """
    if name not in PRECISIONS:
        raise ValueError(f'dtype={name!r}: choose one of '
                         f'{", ".join(PRECISIONS)}')
    if name == 'float16' and device.type == 'cpu':
        raise ValueError(
            "dtype='float16' on a CPU: it is slower than float32 there, and "
            'torch before 2.4 ignores it. Choose bfloat16, float32 or auto')
    return fast_dtype(device) if name == 'auto' else getattr(torch, name)


def at_least_float32(x: Any) -> Any:
    """Returns a tensor of half precision in float32; anything else as it is.

    Args:
        x: a tensor, or another output of a module.
    """
    if not isinstance(x, Tensor) or not x.is_floating_point():
        return x
    return x.to(torch.promote_types(x.dtype, torch.float32))


def device_of(model: nn.Module) -> torch.device:
    """Returns where the parameters of a model are; the CPU without any."""
    return next((p.device for p in model.parameters()), torch.device('cpu'))


@contextmanager
def computing_in(model: Any, dtype: torch.dtype) -> Iterator[None]:
    """Lets a recognizer multiply matrices in a precision for a while.

    It applies to what is computed within the context, and to the model's
    ``forward`` there even if autocast is switched off around it, as MMEngine's
    test loop does. Scores of any ``cls_head`` are float32.

    Args:
        model: the recognizer, without a wrapper for several processes.
        dtype: the precision; float32 and float64 change nothing.
    """
    if dtype in (torch.float32, torch.float64):
        yield
        return
    kind, forward = device_of(model).type, model.forward

    def in_dtype(*args: Any, **kwargs: Any) -> Any:
        with torch.autocast(kind, dtype):
            return forward(*args, **kwargs)

    handle = model.cls_head.register_forward_hook(
        lambda head, inputs, scores: at_least_float32(scores))
    model.forward = in_dtype
    try:
        with torch.autocast(kind, dtype):
            yield
    finally:
        del model.forward
        handle.remove()
