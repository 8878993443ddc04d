"""One process that counts as a group of processes."""
import pytest
import torch.distributed as dist


@pytest.fixture
def one_process(monkeypatch):
    """A group of one process; FSDP divides nothing among it."""
    monkeypatch.setenv('LOCAL_RANK', '0')
    dist.init_process_group(
        'gloo', store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()
