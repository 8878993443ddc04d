"""A mark for tests of FSDP, which early torch releases have on GPUs only."""
import pytest
import torch


def _has_streams():
    """Returns whether torch has the streams on a CPU that FSDP makes."""
    try:
        torch.cpu.Stream(priority=-1)
    except TypeError:
        return False
    return True


needs_cpu_fsdp = pytest.mark.skipif(
    not _has_streams(), reason='this torch has FSDP on GPUs only')
