#!/bin/sh
# Fails when clang-format would lay a file out differently.
cd "$(dirname "$0")/.." || exit 2
command -v clang-format-14 >/dev/null && format=clang-format-14 || format=clang-format
find src tests fuzz bench docs -name '*.[ch]' | sort | xargs "$format" --dry-run -Werror
