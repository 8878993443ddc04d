#!/usr/bin/env bash
# MMAction2's dist_train.sh: bash tools/dist_train.sh CONFIG GPUS [ARGS of train.py]
set -e
here=$(cd "$(dirname "$0")" && pwd)
tools=$(python "$here/_mmaction2.py")
PYTHONPATH=$(dirname "$here"):$PYTHONPATH exec bash "$tools/dist_train.sh" "$@"
