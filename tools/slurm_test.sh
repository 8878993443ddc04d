#!/usr/bin/env bash
# MMAction2's slurm_test.sh: bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [ARGS of test.py]
set -e
here=$(cd "$(dirname "$0")" && pwd)
tools=$(python "$here/_mmaction2.py")
PYTHONPATH=$(dirname "$here"):$PYTHONPATH exec bash "$tools/slurm_test.sh" "$@"
