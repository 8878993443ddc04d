"""Patches for MMAction2 1.2's tools, keyed by tool.

``tools/analyse.py`` applies a patch in a process that only runs its tool. Each
patch returns global variables for the tool's script.
"""
import io
import json
import math
import sys
import types
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List

import matplotlib
from mmengine.analysis import complexity_analysis as counters
from mmengine.analysis.jit_handles import generic_activation_jit, get_shape
from mmengine.config import Config

from . import mmcv1

ATTENTION = 'aten::scaled_dot_product_attention'


def attention_multiply_adds(inputs: List[Any], outputs: List[Any]) -> int:
    """Counts the multiply-adds of an attention from its shapes.

    Args:
        inputs: its inputs in the traced graph, of which the first three are
            ``(..., N, d)``, ``(..., M, d)`` and ``(..., M, e)``.
        outputs: its outputs.

    Returns:
        Multiply-adds of ``query @ key`` and of ``weights @ value``.
    """
    query, key, value = (get_shape(x) for x in inputs[:3])
    return math.prod(query[:-1]) * key[-2] * (query[-1] + value[-1])


def count_attention() -> Dict[str, Any]:
    """Adds torch's attention to the operations that MMEngine counts."""
    counters._DEFAULT_SUPPORTED_FLOP_OPS.setdefault(ATTENTION,
                                                    attention_multiply_adds)
    counters._DEFAULT_SUPPORTED_ACT_OPS.setdefault(ATTENTION,
                                                   generic_activation_jit())
    return {}


def clip_shape(config: Config) -> List[int]:
    """Returns the shape of one view, as the test pipeline makes it.

    Args:
        config: config with a ``test_pipeline``.

    Returns:
        1, 3, frames, height and width.

    Raises:
        ValueError: the pipeline does not set frames or size.
    """
    from ..datasets.pipelines import SAMPLERS, clip_size, frames_and_clips
    sampled = frames_and_clips(config.test_pipeline)
    if sampled is None:
        raise ValueError(
            'The test pipeline does not set the number of frames, as '
            f'{", ".join(SAMPLERS)} do: give --shape 1 3 FRAMES HEIGHT WIDTH')
    size = clip_size(config.test_pipeline)
    return [1, 3, sampled[0], size, size]


def count_a_clip() -> Dict[str, Any]:
    """Counts attention; gives get_flops.py a clip where it has no shape.

    The tool's default is one picture, which video models refuse.
    """
    arguments = sys.argv[1:]
    if arguments and arguments[0].endswith('.py') and '--shape' not in \
            arguments:
        shape = clip_shape(Config.fromfile(arguments[0]))
        sys.argv += ['--shape', *map(str, shape)]
    return count_attention()


def fit_figures() -> Dict[str, Any]:
    """Lets figures grow to hold long class names and legends."""
    matplotlib.rcParams['savefig.bbox'] = 'tight'
    return {}


def as_old_log(lines: Iterable[str]) -> str:
    """Writes a log of MMEngine in the form of MMAction2 0.x.

    analyze_logs.py needs ``mode``. It expects iterations that restart in every
    epoch, and adds ``epoch - 1`` times the last of them. MMEngine counts
    iterations over all epochs.

    Args:
        lines: lines of ``vis_data/scalars.json``. Lines of validations have no
            ``epoch`` and stay unchanged.

    Returns:
        Lines from which the tool computes MMEngine's iterations.
    """
    logs = [json.loads(line) for line in lines]
    training = [log for log in logs if 'epoch' in log]
    last = {log['epoch']: log['iter'] for log in training}
    for log in training:
        earlier = last[log['epoch']] * (log['epoch'] - 1) / log['epoch']
        log.update(mode='train', iter=log['iter'] - earlier)
    return ''.join(f'{json.dumps(log)}\n' for log in logs)


def open_as_old_log(path: str, mode: str) -> io.StringIO:
    """Replaces ``open`` in analyze_logs.py, see :func:`as_old_log`."""
    return io.StringIO(as_old_log(Path(path).read_text().splitlines()))


def use_old_logs() -> Dict[str, Any]:
    """Gives analyze_logs.py logs that it can read, and seaborn's styles."""
    try:
        import seaborn  # noqa: F401
    except ImportError:
        from matplotlib import style
        sys.modules['seaborn'] = types.ModuleType('seaborn')
        # matplotlib has the styles, and the tool uses nothing else of seaborn
        setattr(sys.modules['seaborn'], 'set_style',
                lambda name: style.use(f'seaborn-v0_8-{name}'))
    return dict(fit_figures(), open=open_as_old_log)


def read_safely() -> Dict[str, Any]:
    """Lets check_videos.py read as this project's pipelines do.

    Given a file's bytes, as MMAction2 gives them, decord crashes on some
    truncated files; the tool would wait forever for the crashed process.
    """
    from mmaction.registry import TRANSFORMS

    from ..datasets import SafeDecordDecode, SafeDecordInit
    for name, safe in dict(
            DecordInit=SafeDecordInit, DecordDecode=SafeDecordDecode).items():
        TRANSFORMS.register_module(name, force=True, module=safe)
    return {}


def use_old_interface() -> Dict[str, Any]:
    """Lets benchmark.py find the interface that it was written for."""
    mmcv1.install()
    return {}


# `dict` changes nothing: these tools only need the import of this package.
PATCHES: Dict[str, Callable[[], Dict[str, Any]]] = dict(
    get_flops=count_a_clip,
    benchmark=use_old_interface,
    confusion_matrix=fit_figures,
    report_accuracy=dict,
    print_config=dict,
    analyze_logs=use_old_logs,
    check_videos=read_safely,
    eval_metric=dict,
    clip_feature_extraction=dict,
    browse_dataset=dict,
    vis_scheduler=dict,
    publish_model=dict)
