"""Parts of the work, as launchers and users number them."""
import pytest
import torch

from projects.tc_clip.shards import (Shard, device_of_process, parse_shard,
                                     shard_of_process)


@pytest.mark.parametrize('count', [1, 2, 3, 7, 20])
def test_shards_share_all_items_and_no_item_twice(count):
    items = [*range(11)]
    parts = [Shard(i, count).of(items) for i in range(count)]
    assert sorted(sum(parts, [])) == items
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert parts[0] == items[::count]


def test_launchers_and_users_choose_them():
    torchrun = dict(RANK='2', WORLD_SIZE='8', SLURM_PROCID='0', SLURM_NTASKS=1)
    assert shard_of_process(torchrun) == Shard(2, 8)
    srun = dict(SLURM_PROCID='3', SLURM_NTASKS='4', RANK='1')
    assert shard_of_process(srun) == parse_shard('3/4') == Shard(3, 4)
    assert shard_of_process({}) == Shard(0, 1)
    assert str(Shard(3, 4)) == 'shard 3 of 4'
    assert Shard(3, 4).suffix == '-3-of-4' and Shard().suffix == ''


@pytest.mark.parametrize('text', ['4/4', '1', '-1/4', '1/0', 'a/b', '0.5/2'])
def test_other_texts_are_errors(text):
    with pytest.raises(ValueError, match=f"'{text}' is not a shard: write"):
        parse_shard(text)


@pytest.mark.parametrize('rank, total', [('5', '3'), ('x', '2')])
def test_wrong_variables_of_a_launcher_are_named(rank, total):
    with pytest.raises(ValueError, match=f'^RANK={rank} with WORLD_SIZE='):
        shard_of_process(dict(RANK=rank, WORLD_SIZE=total))


def test_each_process_of_a_machine_has_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    devices = [device_of_process(dict(LOCAL_RANK=str(i))) for i in range(3)]
    assert devices == ['cuda:0', 'cuda:1', 'cuda:0']
    assert device_of_process(dict(SLURM_LOCALID='1')) == 'cuda:1'
    assert device_of_process({}) == ''
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 0)
    assert device_of_process(dict(LOCAL_RANK='1')) == ''
