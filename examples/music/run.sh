#!/usr/bin/env bash
# Learns which keys of four-part chorales sound next. Usage: bash run.sh jsb-chorales.jsonl [FLAGS of bridle train]
set -euo pipefail
bridle=${BRIDLE:-npx bridle}
chorales=$1

$bridle train --data jsonl --data-path "$chorales" --hidden-size 150 --epochs 60 --optimizer adam \
  --learning-rate 0.003 --global-batch 16 --listen 127.0.0.1:0 "${@:2}"
$bridle evaluate latest
head -n 1 "$chorales" > chorale.jsonl
$bridle predict latest chorale.jsonl --output keys.jsonl
