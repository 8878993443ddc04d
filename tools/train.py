"""Trains the model of a config, by MMAction2's ``tools/train.py``.

    python tools/train.py CONFIG [--work-dir DIR] [--resume [FILE]] ...
"""
from _checkout import run_tool

if __name__ == '__main__':
    run_tool('train.py')
