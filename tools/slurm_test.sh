#!/usr/bin/env bash
# MMAction2's slurm_test.sh: bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [ARGS of test.py]
exec python "$(dirname "$0")/_checkout.py" slurm_test.sh "$@"
