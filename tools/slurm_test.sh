#!/usr/bin/env bash
# MMAction2's slurm_test.sh: bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [ARGS of test.py]
exec bash "$(dirname "$0")/_mmaction2.sh" slurm_test.sh 3 "$@"
