#!/usr/bin/env bash
# MMAction2's dist_test.sh: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGS of test.py]
set -e
here=$(cd "$(dirname "$0")" && pwd)
tools=$(python "$here/_checkout.py")
config=$(python "$here/_checkout.py" "$1")
PYTHONPATH=$(dirname "$here"):$PYTHONPATH exec bash "$tools/dist_test.sh" "$config" "${@:2}"
