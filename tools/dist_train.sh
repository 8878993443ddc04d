#!/usr/bin/env bash
# MMAction2's dist_train.sh: bash tools/dist_train.sh CONFIG GPUS [ARGS of train.py]
exec bash "$(dirname "$0")/_mmaction2.sh" dist_train.sh 1 "$@"
