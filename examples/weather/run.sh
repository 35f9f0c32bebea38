#!/usr/bin/env bash
# Forecasts tomorrow's maximum from the last 14 days. Usage: bash run.sh seattle-weather.csv [FLAGS of bridle train]
set -euo pipefail
bridle=${BRIDLE:-npx bridle}
weather=$1

$bridle train --data csv --data-path "$weather" --data-columns temp_max temp_min precipitation wind \
  --data-targets temp_max --data-length 14 --data-test-fraction 0.25 --hidden-size 32 --epochs 30 --optimizer adam \
  --learning-rate 0.003 --schedule cosine --global-batch 16 --listen 127.0.0.1:0 "${@:2}"
$bridle evaluate latest
$bridle predict latest "$weather" --output forecast.csv
tail -n 1 forecast.csv
