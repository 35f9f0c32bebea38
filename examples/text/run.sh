#!/usr/bin/env bash
# Learns to write like a text. Usage: bash run.sh TEXT [FLAGS of bridle train]
set -euo pipefail
bridle=${BRIDLE:-npx bridle}
text=$1

$bridle train --data text --data-path "$text" --data-length 100 --epochs 3 --global-batch 16 \
  --learning-rate 0.005 --schedule cosine --listen 127.0.0.1:0 "${@:2}"
$bridle generate latest --length 300 --temperature 0.7 --seed 3
