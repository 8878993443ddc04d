"""Trains and tests a row of an ablation table, unless it is done already."""
import argparse
import hashlib
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

import _checkout  # noqa: F401 - finds the package without installation
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed

from projects.tc_clip.apis.loading import start_from_clip
from projects.tc_clip.checkpoints import trained_checkpoint
from projects.tc_clip.evaluation.result_files import files_of_tests, stock_top1
from projects.tc_clip.files import write_json

TOOLS = Path(__file__).resolve().parent
RESULT = 'result.json'
SETTINGS = 'settings.json'
LAST_LINES = 30


class Run(NamedTuple):
    """A row that is trained and tested with a seed.

    Attributes:
        config: file of the row.
        options: changes of the config, ``'key=value'`` each.
        seed: seed of the training.
        folder: work dir.
        checkpoint: what is tested, ``'last'`` or ``'best'``.
    """
    config: Path
    options: List[str]
    seed: int
    folder: Path
    checkpoint: str = 'last'


@contextmanager
def base_of_rows(base: Path) -> Iterator[None]:
    """Sets the config that rows change, until the block ends.

    Configs of rows read it from the environment variable ``BASE``, also in
    the processes that train and test them.

    Args:
        base: file of the config.
    """
    before = os.environ.get('BASE')
    os.environ['BASE'] = str(base)
    try:
        yield
    finally:
        if before is None:
            del os.environ['BASE']
        else:
            os.environ['BASE'] = before


def parse_options(options: Sequence[str]) -> Dict[str, Any]:
    """Returns options of the form ``'key=value'`` as MMEngine reads them."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='*', action=DictAction)
    return vars(parser.parse_args(['--cfg-options', *options]))['cfg_options']


def load_config(path: Path, options: Sequence[str]) -> Config:
    """Returns a row's config with options of the form ``'key=value'``."""
    config = Config.fromfile(path)
    config.merge_from_dict(parse_options(options))
    return config


def epoch_options(path: Path, epochs: Optional[int]) -> List[str]:
    """Returns the options that train a row's config for ``epochs`` epochs.

    A warm-up that would not end before is cut to ``epochs - 1``.

    Args:
        path: file of the row.
        epochs: length of the training; None keeps that of the config.
    """
    if epochs is None:
        return []
    options = [f'train_cfg.max_epochs={epochs}']
    scheduler = Config.fromfile(path).get('param_scheduler')
    if isinstance(scheduler, dict) and 'warmup' in scheduler:
        warmup = min(scheduler['warmup'], epochs - 1)
        options.append(f'param_scheduler.warmup={warmup}')
    return options


def settings_of(run: Run, config: Config) -> Dict[str, Any]:
    """Returns the settings that identify a run in its folder.

    Args:
        run: the run.
        config: its config with its options; its hash also depends on
            environment variables that it reads, such as ``SHOTS``.
    """
    text = json.dumps(config.to_dict(), sort_keys=True, default=str)
    text = text.replace(str(TOOLS.parent), '')  # the checkout may be moved
    return dict(
        seed=run.seed,
        epochs=config.train_cfg.max_epochs,
        options=run.options,
        config_sha256=hashlib.sha256(text.encode()).hexdigest())


def read_json(path: Path) -> Dict[str, Any]:
    """Reads a JSON file; returns an empty dict if it does not exist."""
    return json.loads(path.read_text()) if path.is_file() else {}


def failure(command: Sequence[str], output: str) -> SystemExit:
    """Returns the error of a command that failed, with its last lines."""
    tail = '\n'.join(output.splitlines()[-LAST_LINES:])
    return SystemExit(f'error: {" ".join(command)} failed:\n{tail}')


def run_tool(log: Path, name: str, *arguments: Any) -> None:
    """Runs one of these tools in another process.

    Args:
        log: file for its output.
        name: file name of the tool.
        *arguments: its command line.

    Raises:
        SystemExit: the tool failed; the message has its last lines.
    """
    command = [sys.executable, str(TOOLS / name), *map(str, arguments)]
    print(f'{name}: its log is {log}', file=sys.stderr, flush=True)
    with log.open('w') as stream:
        done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT)
    if done.returncode:
        raise failure(command, log.read_text(errors='replace'))


def figures_key(config: Config) -> str:
    """Returns the key under which result.json holds figures of a row's test.

    Args:
        config: config of the row.
    """
    protocol = config.test_cfg.type == 'ProtocolTestLoop'
    return 'protocol_results' if protocol else 'accuracy'


def read_test(folder: Path, config: Config) -> Dict[str, Any]:
    """Returns the results and the number of videos of a run's newest test.

    Args:
        folder: work dir of the run, with the test's in ``test``.
        config: config of the row.

    Returns:
        ``videos``, and either ``protocol_results``, the file of the test, or
        ``accuracy`` in percent by column.
    """
    key = figures_key(config)
    if key == 'protocol_results':
        content = read_json(files_of_tests(folder / 'test')[-1])
        lists = {
            (entry['data_set'], entry['split']): entry['videos']
            for entry in content['results']
        }
        return {key: content, 'videos': sum(lists.values())}
    init_default_scope('mmaction')
    videos = DATASETS.build(config.test_dataloader.dataset)
    accuracy = {'Top-1': 100 * stock_top1(folder / 'test')}
    return {key: accuracy, 'videos': len(videos)}


def save_untrained(run: Run, config: Config) -> Path:
    """Saves the weights that a model starts from; returns the file.

    Args:
        run: the row, its seed and folder.
        config: its config.
    """
    init_default_scope('mmaction')
    set_random_seed(run.seed)
    model = MODELS.build(config.model)
    start_from_clip(model)
    file = run.folder / 'untrained.pth'
    torch.save(dict(state_dict=model.state_dict()), file)
    return file


def train(run: Run, config: Config, options: Sequence[str]) -> Path:
    """Trains a row; returns the checkpoint to test.

    Args:
        run: the row, its folder and the rule for the checkpoint.
        config: its config. A model that trains nothing, such as CLIP itself,
            is tested as it is.
        options: changes of the config, ``'key=value'`` each.

    Raises:
        FileNotFoundError: the training left no such checkpoint.
        SystemExit: the training failed.
    """
    if config.get('model', {}).get('trainable') == []:
        return save_untrained(run, config)
    run_tool(run.folder / 'train.log', 'train.py', run.config, '--work-dir',
             run.folder, '--resume', '--cfg-options', *options)
    return trained_checkpoint(run.folder, run.checkpoint)


def train_and_test(run: Run) -> Dict[str, Any]:
    """Trains and tests a row; resumes an earlier run or reads its result.

    Args:
        run: the row, its seed and settings.

    Returns:
        Output of :func:`read_test`, and ``settings`` and ``checkpoint`` of the
        run.

    Raises:
        FileNotFoundError: the training left no such checkpoint.
        SystemExit: training or testing failed.
    """
    config = load_config(run.config, run.options)
    settings = settings_of(run, config)
    folder, result_file = run.folder, run.folder / RESULT
    result = read_json(result_file)
    tested = result.get('checkpoint', 'last') == run.checkpoint
    if (tested and result.get('settings') == settings
            and figures_key(config) in result):
        return result
    folder.mkdir(parents=True, exist_ok=True)
    before = read_json(folder / SETTINGS)
    if before != settings:
        if before:
            print(
                f'{folder}: trained anew, as settings have changed',
                file=sys.stderr)
        # of a training with other settings: not to be resumed, nor tested
        for old in (folder / 'last_checkpoint', *folder.glob('best_*.pth')):
            old.unlink(missing_ok=True)
        result_file.unlink(missing_ok=True)
        write_json(folder / SETTINGS, settings)
    options = [*run.options, f'randomness.seed={run.seed}']
    run_tool(folder / 'test.log', 'test.py', run.config,
             train(run, config, options), '--work-dir', folder / 'test',
             '--cfg-options', *options)
    result = dict(
        read_test(folder, config),
        settings=settings,
        checkpoint=run.checkpoint)
    write_json(result_file, result)
    return result
