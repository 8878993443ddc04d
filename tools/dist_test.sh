#!/usr/bin/env bash
# MMAction2's dist_test.sh: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGS of test.py]
exec python "$(dirname "$0")/_checkout.py" dist_test.sh "$@"
