"""Half precision on CPUs, where early torch releases cannot multiply it."""
import pytest
import torch


def _multiplies() -> bool:
    """Returns whether torch multiplies matrices of float16 on a CPU."""
    matrix = torch.ones(1, 2, 2, dtype=torch.float16)
    try:
        torch.bmm(matrix, matrix)
    except RuntimeError:
        return False
    return True


FLOAT16 = pytest.param(
    torch.float16,
    marks=pytest.mark.skipif(
        not _multiplies(), reason='this torch has float16 on GPUs only'))
