#!/usr/bin/env bash
# Runs the tests with other versions: bash tools/matrix.sh [ROW...], TESTS=tests/models for a part.
# Environments and logs are in work_dirs/matrix. Of Python, pythonX.Y on the PATH is taken.
set -uo pipefail
cd "$(dirname "$0")/.."
if command -v pyenv > /dev/null; then # all that it has installed
    PYENV_VERSION=$(pyenv versions --bare | paste -sd:)
    export PYENV_VERSION
fi
ROWS='
oldest python3.9  torch==2.1.2  torchvision==0.16.2 numpy==1.23.5 mmcv-lite==2.0.1 opencv-python<4.12 opencv-contrib-python<4.12
py310  python3.10 torch==2.1.2  torchvision==0.16.2 numpy<2       mmcv-lite==2.1.0 opencv-python<4.12 opencv-contrib-python<4.12
py311  python3.11 torch==2.6.0  torchvision==0.21.0 numpy<2       mmcv-lite==2.1.0 opencv-python<4.12 opencv-contrib-python<4.12
newest python3.12 torch         torchvision         numpy>=2      mmcv-lite<2.2
mmcv   python3.11 torch==2.1.2  torchvision==0.16.2 numpy<2       mmcv==2.1.0 opencv-python<4.12 opencv-contrib-python<4.12
'
HOME_OF_ALL=work_dirs/matrix

install() { # NAME PYTHON REQUIREMENT...
    local folder=$HOME_OF_ALL/$1 python=$2
    shift 2
    "$python" -m venv "$folder" || return
    # what the row does not choose
    { grep -hvE '^(torch|torchvision|numpy|mmcv-lite|-r)\b' \
        requirements/runtime.txt requirements/dev.txt
      printf '%s\n' "$@"; } > "$folder/requirements.txt"
    # mmcv has no wheel on PyPI: only one that was built before is taken
    "$folder/bin/pip" install -q --only-binary mmcv -r "$folder/requirements.txt" \
        && "$folder/bin/pip" install -q --no-deps -e .
}

failed=0
while read -r name python requirements; do
    [ -n "$name" ] || continue
    [ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
    log=$HOME_OF_ALL/$name.log
    mkdir -p "$HOME_OF_ALL/$name"
    if ! "$python" -c "" 2> /dev/null; then
        echo "$name: not run, there is no $python"
    # shellcheck disable=SC2086 # one argument for each requirement
    elif ! install "$name" "$python" $requirements > "$log" 2>&1; then
        echo "$name: not run, $({ grep ERROR "$log" || cat "$log"; } | tail -n 1)"
    elif OMP_NUM_THREADS=1 "$HOME_OF_ALL/$name/bin/python" -m pytest -n 2 \
        --dist loadfile ${TESTS:-} >> "$log" 2>&1; then
        echo "$name: $(tail -n 1 "$log")"
    else
        failed=1
        echo "$name: FAILED, $(tail -n 1 "$log"), see $log"
    fi
done <<< "$ROWS"
exit $failed
