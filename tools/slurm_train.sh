#!/usr/bin/env bash
# MMAction2's slurm_train.sh: bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [ARGS of train.py]
exec bash "$(dirname "$0")/_mmaction2.sh" slurm_train.sh 3 "$@"
