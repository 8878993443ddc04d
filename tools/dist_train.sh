#!/usr/bin/env bash
# MMAction2's dist_train.sh: bash tools/dist_train.sh CONFIG GPUS [ARGS of train.py]
exec python "$(dirname "$0")/_checkout.py" dist_train.sh "$@"
