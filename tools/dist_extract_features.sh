#!/usr/bin/env bash
# One process for each GPU: bash tools/dist_extract_features.sh ARGS of extract_features.py ... GPUS
# NNODES, NODE_RANK, MASTER_ADDR and PORT are those of MMAction2's dist_train.sh.
if ! [[ "${*: -1}" =~ ^[1-9][0-9]*$ ]]; then
    echo "error: the last argument is the number of processes, not '${*: -1}'" >&2
    exit 2
fi
exec python -m torch.distributed.run \
    --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" \
    --master_addr "${MASTER_ADDR:-127.0.0.1}" --master_port "${PORT:-29500}" \
    --nproc_per_node "${*: -1}" \
    "$(dirname "$0")/extract_features.py" "${@:1:$#-1}"
