#!/usr/bin/env bash
# Trains and tests TC-CLIP and its frame-wise control on the demo videos, both
# at once on two cores, and prints the two accuracies side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1
out=work_dirs/demo

echo '== Demo videos'
python tools/make_demo_data.py data/motion

train_and_test() {  # NAME
    python tools/train.py "configs/demo/$1.py" --work-dir "$out/$1" \
        --seed 0
    python tools/test.py "configs/demo/$1.py" "$out/$1/epoch_12.pth" \
        --work-dir "$out/$1/test" --show-dir "$out/$1/page"
}

mkdir -p "$out"
echo "== Control, in the background: its log is $out/frame_wise.log"
train_and_test frame_wise_motion > "$out/frame_wise.log" 2>&1 &
control=$!
trap 'kill $control 2> /dev/null || true' EXIT
echo '== TC-CLIP'
train_and_test tcclip_motion
echo '== Waiting for the control'
wait $control || { tail -n 30 "$out/frame_wise.log"; exit 1; }
trap - EXIT
python tools/summarize_demo.py "$out"
