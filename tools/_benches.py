"""Builds what tools/benchmark.py measures, as its command line says."""
import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

import _checkout  # noqa: F401 - finds the package without installation
from mmengine.config import Config

from projects.tc_clip.config_files import config_file
from projects.tc_clip.profiling.bench import Bench

TOOL = Path(__file__).with_name('benchmark.py')


def load_config(args: argparse.Namespace, name: str = '') -> Config:
    """Reads a config with its changes; exits if there is no such file."""
    try:
        config = Config.fromfile(config_file(name or args.config))
    except FileNotFoundError as error:
        raise SystemExit(f'error: {error}') from error
    config.merge_from_dict(args.cfg_options or {})
    return config


def bench_options(args: argparse.Namespace) -> Dict[str, Any]:
    """Returns the options of a model and its clips."""
    return dict(
        device=args.device,
        dtype=args.dtype,
        compiled=args.compile,
        num_classes=args.classes,
        views=args.views,
        batch=args.train_batch)


def load_bench(args: argparse.Namespace) -> Bench:
    """Builds the model and the clips that the command line asks for."""
    config = load_config(args)
    try:
        return Bench(
            config, batch_frames=args.train_frames, **bench_options(args))
    except ValueError as error:
        raise SystemExit(f'error: {error}') from error


def peak_of(call: str, name: str) -> float:
    """Returns the peak memory of a call, made in another process."""
    command = [sys.executable, str(TOOL), *sys.argv[1:], '--peak', call, name]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])
