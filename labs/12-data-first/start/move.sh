#!/bin/sh
# ./move.sh out DATABASE: warehouse's tables leave the shop's database, while the shop sells.
# ./move.sh back DATABASE: and come back. Both can be done again and again.
# `banyan` is in the PATH; `banyan schema --help` says what it can do.
set -eu
case "$1" in
  out)
    echo "nobody has said yet how they leave"
    ;;
  back)
    echo "nobody has said yet how they come back"
    ;;
esac
