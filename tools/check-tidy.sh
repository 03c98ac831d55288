#!/bin/sh
# check-tidy.sh BUILD-DIR: clang-tidy (.clang-tidy) over src/, with the flags the build used.
cd "$(dirname "$0")/.." || exit 2
command -v clang-tidy-14 >/dev/null && tidy=clang-tidy-14 || tidy=clang-tidy
find src -name '*.c' | sort | xargs -P 2 -n 4 "$tidy" -p "$1" --quiet 2>/dev/null
