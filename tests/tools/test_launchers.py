"""What launchers give to torchrun and srun, and a real run of one."""
import os
import re
import subprocess
import sys

import pytest

from tests.small import ROOT
from tests.tools.test_extract_shards import same_files

CONFIG = ROOT / 'configs/tcclip_k400.py'
# The first call of python, of tools/_checkout.py, is a real one.
PYTHON = f"""#!/bin/sh
case "$1" in
    *_checkout.py) exec {sys.executable} "$@" ;;
esac
printf '%s\\n' "$@" > "$SEEN"
"""
SRUN = """#!/bin/sh
printf '%s\\n' "$@" > "$SEEN"
"""


@pytest.fixture
def launch(tmp_path):
    """Runs a launcher with stand-ins; returns what they are given."""
    for name, text in (('python', PYTHON), ('srun', SRUN)):
        (tmp_path / 'bin').mkdir(exist_ok=True)
        (tmp_path / 'bin' / name).write_text(text)
        (tmp_path / 'bin' / name).chmod(0o755)
    known = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(('SLURM_', 'GPUS', 'SRUN_ARGS')) and key not in (
            'NNODES', 'NODE_RANK', 'MASTER_ADDR', 'PORT')
    }

    def launch(name, *arguments, **variables):
        seen = tmp_path / 'seen'
        seen.unlink(missing_ok=True)
        env = dict(known, SEEN=str(seen), **variables)
        env['PATH'] = f'{tmp_path / "bin"}:{env["PATH"]}'
        command = ['bash', ROOT / 'tools' / name, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True)
        given = seen.read_text().splitlines() if seen.exists() else []
        return done, given

    return launch


def options_of(given):
    """Splits ``--name=value`` or ``--name value`` before the script.

    Returns the options, by names with underscores, and the script with what
    is behind it.
    """
    place = next(i for i, word in enumerate(given) if word.endswith('.py'))
    words = re.split(r'[ =]', ' '.join(given[:place]))
    found = {}
    for name, value in zip(words, words[1:]):
        if name.startswith('--'):
            found[name[2:].replace('-', '_')] = value
    return found, given[place:]


NODES = dict(NNODES='4', NODE_RANK='2', MASTER_ADDR='10.0.0.7', PORT='29555')
DIST = [
    ('dist_train.sh', ('tcclip_k400.py', 8, '--resume'), 'train.py',
     [str(CONFIG), '--launcher', 'pytorch', '--resume']),
    ('dist_test.sh', ('tcclip_k400.py', 'a.pth', 8, '--dump',
                      'x.pkl'), 'test.py',
     [str(CONFIG), 'a.pth', '--launcher', 'pytorch', '--dump', 'x.pkl']),
    ('dist_extract_features.sh', ('videos', '--out', 'a dir', 8),
     'extract_features.py', ['videos', '--out', 'a dir']),
]


def parametrize(rows):
    """Runs a test for each row; MMAction2's launchers import torch first."""
    return pytest.mark.parametrize('name, arguments, script, behind', [
        pytest.param(
            *row,
            id=row[0],
            marks=() if 'features' in row[0] else pytest.mark.slow)
        for row in rows
    ])


dist = parametrize(DIST)


@dist
def test_variables_of_nodes_reach_torchrun(launch, name, arguments, script,
                                           behind):
    done, given = launch(name, *arguments, **NODES)
    assert done.returncode == 0, done.stderr
    options, (path, *rest) = options_of(given)
    assert given[:2] in (['-m', 'torch.distributed.launch'],
                         ['-m', 'torch.distributed.run'])
    assert options == dict(
        nnodes='4',
        node_rank='2',
        master_addr='10.0.0.7',
        master_port='29555',
        nproc_per_node='8')
    assert path.endswith(f'/{script}') and os.path.isfile(path)
    assert rest == behind


@dist
def test_one_node_is_the_default(launch, name, arguments, script, behind):
    _, given = launch(name, *arguments)
    options, _ = options_of(given)
    assert options == dict(
        nnodes='1',
        node_rank='0',
        master_addr='127.0.0.1',
        master_port='29500',
        nproc_per_node='8')


SLURM = [
    ('slurm_train.sh', ('gpu', 'my-job', 'tcclip_k400.py', '--resume'),
     'train.py', [str(CONFIG), '--launcher=slurm', '--resume']),
    ('slurm_test.sh', ('gpu', 'my-job', 'tcclip_k400.py', 'a.pth', '--dump',
                       'x.pkl'), 'test.py',
     [str(CONFIG), 'a.pth', '--launcher=slurm', '--dump', 'x.pkl']),
]
slurm = parametrize(SLURM)


@slurm
def test_variables_of_slurm_reach_srun(launch, name, arguments, script,
                                       behind):
    done, given = launch(
        name,
        *arguments,
        GPUS='16',
        GPUS_PER_NODE='4',
        CPUS_PER_TASK='6',
        SRUN_ARGS='--exclusive --time=60')
    assert done.returncode == 0, done.stderr
    assert given == [
        '-p', 'gpu', '--job-name=my-job', '--gres=gpu:4', '--ntasks=16',
        '--ntasks-per-node=4', '--cpus-per-task=6', '--kill-on-bad-exit=1',
        '--exclusive', '--time=60', 'python', '-u', f'tools/{script}', *behind
    ]


@slurm
def test_eight_gpus_are_the_default(launch, name, arguments, script, behind):
    _, given = launch(name, *arguments)
    assert given[2:7] == [
        '--job-name=my-job', '--gres=gpu:8', '--ntasks=8',
        '--ntasks-per-node=8', '--cpus-per-task=5'
    ]
    assert given[given.index('-u') + 1] == f'tools/{script}'


@parametrize(DIST + SLURM)
def test_wrong_arguments_start_nothing(launch, name, arguments, script,
                                       behind):
    wrong = [str(word).replace('k400.py', 'k40.py') for word in arguments]
    done, given = launch(name, *wrong, 'no-number')
    assert done.returncode != 0 and given == []
    assert 'error: ' in done.stderr


@pytest.mark.slow
def test_two_processes_extract_what_one_does(extract, videos, tiny_config,
                                             tiny_checkpoint, tmp_path, port):
    extract(videos, '--out', tmp_path / 'one')
    env = dict(os.environ, OMP_NUM_THREADS='1', PORT=port)
    env['PATH'] = f'{os.path.dirname(sys.executable)}:{env["PATH"]}'
    command = [
        'bash', ROOT / 'tools/dist_extract_features.sh', videos, '--out',
        tmp_path / 'two', '--config', tmp_path / 'tiny.py', '--checkpoint',
        tiny_checkpoint, '--device', 'cpu', '2'
    ]
    done = subprocess.run([*map(str, command)],
                          cwd=tmp_path,
                          env=env,
                          capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    same_files(tmp_path / 'one', tmp_path / 'two')


@pytest.mark.parametrize('name, given, place', [
    ('dist_train.sh', [CONFIG], 2),
    ('dist_train.sh', [CONFIG, '--resume'], 2),
    ('dist_test.sh', [CONFIG, 'last.pth', '--dump'], 3),
])
def test_the_number_of_processes_is_needed(launch, name, given, place):
    done, _ = launch(name, *given)
    assert done.returncode == 1
    assert done.stderr == (f'error: {name} needs the number of processes as '
                           f'argument {place}\n')
