"""Shares files among processes that torchrun, Slurm or a user starts."""
import os
import re
from typing import List, Mapping, NamedTuple, Sequence, TypeVar

Item = TypeVar('Item')

# Of torchrun and mpirun wrappers, then of srun: number and count of a process.
_VARIABLES = (('RANK', 'WORLD_SIZE'), ('SLURM_PROCID', 'SLURM_NTASKS'))


class Shard(NamedTuple):
    """One of several parts of the work.

    Attributes:
        number: its number, from 0.
        total: number of parts.
    """
    number: int = 0
    total: int = 1

    def of(self, items: Sequence[Item]) -> List[Item]:
        """Returns the items of this part: every ``total``-th."""
        return [*items[self.number::self.total]]

    @property
    def suffix(self) -> str:
        """Tells files of the parts apart; empty where there is one part."""
        return f'-{self.number}-of-{self.total}' if self.total > 1 else ''

    def __str__(self) -> str:
        return f'shard {self.number} of {self.total}'


def parse_shard(text: str) -> Shard:
    """Reads ``I/N``.

    Args:
        text: a shard; I counts from 0, as the ranks of processes do.

    Raises:
        ValueError: it is something else.
    """
    match = re.fullmatch(r'(\d{1,9})/(\d{1,9})', text)
    index, count = map(int, match.groups()) if match else (0, 0)
    if not index < count:
        raise ValueError(
            f'{text!r} is not a shard: write I/N with I from 0 to N - 1, '
            'such as 0/4, 1/4, 2/4 and 3/4')
    return Shard(index, count)


def shard_of_process(env: Mapping[str, str] = os.environ) -> Shard:
    """Returns the shard of this process, as its launcher counts processes.

    Args:
        env: environment variables: ``RANK`` and ``WORLD_SIZE`` of torchrun,
            or ``SLURM_PROCID`` and ``SLURM_NTASKS`` of srun.

    Raises:
        ValueError: they are not numbers, or the first is not below the second.
    """
    for index, count in _VARIABLES:
        if index in env and count in env:
            try:
                return parse_shard(f'{env[index]}/{env[count]}')
            except ValueError:
                raise ValueError(
                    f'{index}={env[index]} with {count}={env[count]} numbers '
                    'no process: unset both, or start the processes by '
                    'torchrun or srun') from None
    return Shard()


def device_of_process(env: Mapping[str, str] = os.environ) -> str:
    """Returns the GPU of this process: one for each on a machine.

    Args:
        env: environment variables: ``LOCAL_RANK`` of torchrun, or
            ``SLURM_LOCALID`` of srun.

    Returns:
        The name of a device; empty if the launcher does not count processes,
        or there is no GPU.
    """
    import torch
    rank = env.get('LOCAL_RANK', env.get('SLURM_LOCALID'))
    gpus = torch.cuda.device_count()
    return f'cuda:{int(rank) % gpus}' if rank and gpus else ''
