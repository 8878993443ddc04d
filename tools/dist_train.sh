#!/usr/bin/env bash
# MMAction2's dist_train.sh: bash tools/dist_train.sh CONFIG GPUS [ARGS of train.py]
set -e
here=$(cd "$(dirname "$0")" && pwd)
tools=$(python "$here/_checkout.py")
config=$(python "$here/_checkout.py" "$1")
PYTHONPATH=$(dirname "$here"):$PYTHONPATH exec bash "$tools/dist_train.sh" "$config" "${@:2}"
