"""Works around bugs in MMAction2 1.2 and MMEngine 0.10.

Every patch first checks for its bug, so a fixed release of a dependency needs
no change here. ``projects.tc_clip`` applies them at import, which is early
enough: MMEngine imports ``custom_imports`` while it reads the config, before
it touches ``mmaction.models``.
"""
import atexit
import importlib.metadata as metadata
import importlib.util
import sys
import types
import warnings
from pathlib import Path
from typing import Any, Dict, List, Tuple

import torch

from .checkpoints import allow_mmengine_checkpoints, restrict_loading
from .whole_files import write_whole_files

# For each group of distributions, one of which must be installed: the lowest
# supported version and the first unsupported one.
_SUPPORTED: Dict[Tuple[str, ...], Tuple[str, str]] = {
    ('mmengine', ): ('0.10.2', '1.0.0'),
    ('mmcv', 'mmcv-lite'): ('2.0.0', '2.2.0'),
    ('mmaction2', ): ('1.2.0', '1.3.0'),
}
_DRN = 'mmaction.models.localizers.drn'


def _release(version: str) -> Tuple[int, ...]:
    """Returns the leading numbers of a version: '2.1.0rc1' -> (2, 1, 0)."""
    numbers: List[int] = []
    for part in version.split('.')[:3]:
        digits = part[:len(part) - len(part.lstrip('0123456789'))]
        numbers.append(int(digits or 0))
    return tuple(numbers)


def _installed(names: Tuple[str, ...]) -> Tuple[str, str]:
    """Returns name and version of the first of ``names`` found, or ''."""
    for name in names:
        try:
            return name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return '', ''


def check_versions() -> None:
    """Checks that the versions of the OpenMMLab packages work together.

    Raises:
        ImportError: a package is missing or its version was not tested; the
            message names all such packages and the command that installs
            working versions.
    """
    problems = []
    for names, (lowest, refused) in _SUPPORTED.items():
        name, version = _installed(names)
        if not name:
            problems.append(f'{" or ".join(names)} is not installed')
        elif not _release(lowest) <= _release(version) < _release(refused):
            problems.append(f'{name} {version} is installed, '
                            f'>={lowest},<{refused} is needed')
    if problems:
        command = ' '.join(f'"{names[-1]}>={lowest},<{refused}"'
                           for names, (lowest, refused) in _SUPPORTED.items())
        raise ImportError(
            f'TC-CLIP: {"; ".join(problems)}: pip install {command}')


def stub_missing_drn() -> bool:
    """Registers a stand-in for the DRN localizer that PyPI's mmaction2 lacks.

    Its wheel has no ``mmaction/models/localizers/drn``, yet imports it
    (mmaction2 issue 2714). The stand-in raises when a DRN is built.

    Returns:
        Whether a stand-in was needed.
    """
    spec = importlib.util.find_spec('mmaction')
    roots = (spec.submodule_search_locations or []) if spec else []
    if _DRN in sys.modules or any(
            Path(root, 'models/localizers/drn/drn.py').exists()
            for root in roots):
        return False
    from mmaction.registry import MODELS

    @MODELS.register_module()
    class DRN:
        """Stand-in for ``mmaction.models.localizers.DRN``."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            raise ImportError(
                'The installed mmaction2 was packaged without DRN: '
                'install mmaction2 from a git checkout with `pip install -e`.')

    package, module = types.ModuleType(_DRN), types.ModuleType(f'{_DRN}.drn')
    setattr(module, 'DRN', DRN)
    setattr(package, 'drn', module)
    package.__path__ = []
    sys.modules[_DRN], sys.modules[f'{_DRN}.drn'] = package, module
    return True


def allow_cpu_processes() -> bool:
    """Lets ``--launcher pytorch`` start several processes without a GPU.

    MMEngine's launcher always selects a CUDA device and NCCL, and its wrapper
    of the model always names a device. On a machine without an accelerator the
    launcher is replaced by one that uses gloo, and the wrapper names none.

    Returns:
        Whether both were replaced.
    """
    from mmengine import device
    from mmengine.dist import utils
    from mmengine.model import MMDistributedDataParallel
    if device.get_device() != 'cpu':
        return False
    init_wrapper = MMDistributedDataParallel.__init__

    def init_dist_on_cpu(backend: str,
                         init_backend: str = 'torch',
                         **kwargs: Any) -> None:
        torch.distributed.init_process_group(backend='gloo', **kwargs)
        atexit.register(_leave_processes)

    def init_wrapper_on_cpu(self: Any,
                            *args: Any,
                            device_ids: Any = None,
                            **kwargs: Any) -> None:
        init_wrapper(self, *args, **kwargs)

    utils._init_dist_pytorch = init_dist_on_cpu
    setattr(MMDistributedDataParallel, '__init__', init_wrapper_on_cpu)
    return True


def _leave_processes() -> None:
    """Ends the threads of gloo, which may abort a process that exits.

    Not after an error: they may wait for processes that wait for this one.
    """
    if torch.distributed.is_initialized() and not hasattr(sys, 'last_value'):
        torch.distributed.destroy_process_group()


def silence_mmcv_lite() -> None:
    """Hides mmcv-lite's warning about an operation that nothing here uses."""
    warnings.filterwarnings(
        'ignore', 'Fail to import ``MultiScaleDeformableAttention``')


def apply() -> None:
    """Checks the versions, then applies every patch that is needed."""
    check_versions()
    silence_mmcv_lite()
    stub_missing_drn()
    restrict_loading()
    allow_mmengine_checkpoints()
    allow_cpu_processes()
    write_whole_files()
