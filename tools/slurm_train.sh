#!/usr/bin/env bash
# MMAction2's slurm_train.sh: bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGS of train.py]
exec python "$(dirname "$0")/_checkout.py" slurm_train.sh "$@"
