# Runs a shell script of MMAction2, which may be given a config's short name:
# bash tools/_mmaction2.sh SCRIPT N ARGS, where the N-th of ARGS is the config.
set -e
here=$(cd "$(dirname "$0")" && pwd)
script=$(python "$here/_checkout.py")/$1
config=$(python "$here/_checkout.py" "${@:$2+2:1}")
if [ -d "$here/../projects/tc_clip" ]; then  # not so in a wheel
    export PYTHONPATH=$(dirname "$here"):$PYTHONPATH
fi
exec bash "$script" "${@:3:$2-1}" "$config" "${@:$2+3}"
