"""Tests a checkpoint of a config, by MMAction2's ``tools/test.py``.

    python tools/test.py CONFIG CHECKPOINT [--dump FILE] [--show-dir DIR] ...
"""
from _checkout import run_tool

if __name__ == '__main__':
    run_tool('test.py')
