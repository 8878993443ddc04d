"""Tests a checkpoint of a config, by MMAction2's ``tools/test.py``.

    python tools/test.py CONFIG CHECKPOINT [--dump FILE] [--dtype auto] ...

--dtype bfloat16, float16 or auto multiplies matrices in half precision: auto
is what the device multiplies fastest. Scores are float32.

CHECKPOINT is a file, or best or last: the epoch with the highest validation
accuracy, or the last one, of the training in the config's work dir.
"""
from _checkout import run_tool

if __name__ == '__main__':
    run_tool('test.py')
