#!/usr/bin/env bash
# MMAction2's slurm_train.sh: bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGS of train.py]
set -e
here=$(cd "$(dirname "$0")" && pwd)
tools=$(python "$here/_checkout.py")
config=$(python "$here/_checkout.py" "$3")
PYTHONPATH=$(dirname "$here"):$PYTHONPATH exec bash "$tools/slurm_train.sh" "$1" "$2" "$config" "${@:4}"
