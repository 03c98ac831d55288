#!/bin/sh
# Fails when a header of src/ does not compile alone, as the first and only include of a file.
cd "$(dirname "$0")/.." || exit 2
flags="-std=gnu17 -D_GNU_SOURCE -Isrc -DHAVE_INET6 -DHAVE_STDINT_H -DHAVE_STDBOOL_H -DHAVE_SYS_TIME_H -DHAVE_UNISTD_H -DHAVE_PTHREAD"
flags="$flags -DUSE_OPENSSL -DUSE_TLS $(pkg-config --cflags libre jansson libsodium sqlite3 spandsp)"
bad=0
for header in $(find src -name '*.h' | sort); do
    # shellcheck disable=SC2086 # the flags are words
    printf '#include "%s"\n' "${header#src/}" |
        gcc $flags -Wall -Werror -fsyntax-only -x c - 2>/tmp/rw-header.$$ || {
        echo "$header does not compile alone:"
        head -n 5 /tmp/rw-header.$$
        bad=1
    }
done
rm -f /tmp/rw-header.$$
exit $bad
