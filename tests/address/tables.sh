#!/usr/bin/env bash
# tests/address/tables.sh BUILD_DIR: src/address/tables.c is what the generator makes of the pinned packages.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$root/tools/numbering/generate" "$1" "$made"
cmp "$made" "$root/src/address/tables.c" || {
    echo "src/address/tables.c is not what tools/numbering/generate makes: run meson compile tables" >&2
    exit 1
}
