#!/usr/bin/env bash
set -euo pipefail
bridle=${BRIDLE:-npx bridle}
python=${PYTHON:-python3}

$bridle train --data adding --data-length 12 --hidden-size 16 --steps 60 --workers 1 --listen 127.0.0.1:0 --quiet
$bridle export latest --format pytorch --output exported
echo '{"inputs": [[0.3, 1], [0.9, 0], [0.4, 1], [0.2, 0]]}' > sequence.jsonl
$bridle predict latest sequence.jsonl > predictions.jsonl

$python open.py

$bridle train --data adding --data-length 12 --hidden-size 16 --steps 5 --workers 1 --listen 127.0.0.1:0 --quiet \
  --init-from from-pytorch.safetensors
echo 'trained on from PyTorch'
