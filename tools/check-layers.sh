#!/bin/sh
# Fails when a file of src/<a> includes a header of src/<b> that tools/layers.txt does not allow,
# or when a folder of src/ does not stand there.
cd "$(dirname "$0")/.." || exit 2
grep -rn '^#include "' src | awk -F: '
    BEGIN {
        while ((getline line < "tools/layers.txt") > 0) {
            if (line ~ /^#/ || line == "") continue
            split(line, part, ":")
            allowed[part[1], part[1]] = 1
            known[part[1]] = 1
            n = split(part[2], to, " ")
            for (i = 1; i <= n; i++) {
                allowed[part[1], to[i]] = 1
                if (!(to[i] in known)) { print "tools/layers.txt: " part[1] " points up to " to[i]; bad = 1 }
            }
        }
    }
    {
        split($1, path, "/")
        if (!(path[2] in known)) { print $1 ": folder " path[2] " is not in tools/layers.txt"; bad = 1 }
        match($3, /"[^"]*"/)
        target = substr($3, RSTART + 1, RLENGTH - 2)
        slash = index(target, "/")
        to_folder = slash ? substr(target, 1, slash - 1) : path[2]
        if (target ~ /^api_gen/ ) next
        if (!((path[2], to_folder) in allowed)) { print $1 ":" $2 ": " path[2] " may not include " target; bad = 1 }
    }
    END { exit bad }'
