#!/usr/bin/env bash
# Trains and tests TC-CLIP and its frame-wise control on the demo videos, both
# at once on two cores, and prints the two accuracies side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1
out=work_dirs/demo
mkdir -p "$out"

echo '== Demo videos, in data/motion'
python tools/make_demo_data.py data/motion > "$out/videos.log" 2>&1 \
    || { tail -n 30 "$out/videos.log"; exit 1; }

train_and_test() {  # NAME
    python tools/train.py "configs/demo/$1.py" --work-dir "$out/$1" \
        --seed 0
    python tools/test.py "configs/demo/$1.py" "$out/$1/epoch_12.pth" \
        --work-dir "$out/$1/test" --show-dir "$out/$1/page"
}

echo "== Control, in the background; its log: $out/frame_wise.log"
train_and_test frame_wise_motion > "$out/frame_wise.log" 2>&1 &
control=$!
trap 'kill $control 2> /dev/null || true' EXIT
echo "== TC-CLIP, 12 epochs of training, then a test; its log: $out/tcclip.log"
train_and_test tcclip_motion 2>&1 | tee "$out/tcclip.log" \
    | { grep --line-buffered -oE 'Epoch\(val\).*acc/top1: [0-9.]+' || true; } \
    || { tail -n 30 "$out/tcclip.log"; exit 1; }
echo '== Waiting for the control'
wait $control || { tail -n 30 "$out/frame_wise.log"; exit 1; }
trap - EXIT
python tools/summarize_demo.py "$out"
