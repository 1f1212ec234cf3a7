#!/bin/sh
# Lab 18: build.sh configure | build. The copy of the legacy shop first, without what is retired; then the programs.
set -eu
python3 labs/18-merging-back/prune.py app/legacy retire.toml build/lab/pruned
if [ "$1" = configure ]; then
  cmake --preset lab --log-level=NOTICE
else
  cmake --build build/lab --parallel "${JOBS:-$(nproc)}" \
    --target recordshop recordshop-data legacy-shop legacy-nightly legacy-import
fi
