#!/usr/bin/env bash
# MMAction2's dist_test.sh: bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [ARGS of test.py]
exec bash "$(dirname "$0")/_mmaction2.sh" dist_test.sh 1 "$@"
