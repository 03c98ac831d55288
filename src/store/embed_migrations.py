#!/usr/bin/env python3
"""Writes the numbered migrations NNNN_name.sql as a C table, in order, without gaps."""
import os
import re
import sys


def quoted(text):
    lines = []
    for line in text.splitlines():
        line = re.sub(r"\s*--.*$", "", line).rstrip()
        if line:
            lines.append('    "' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"')
    return "\n".join(lines)


def main(out, files):
    files = sorted(files, key=os.path.basename)
    with open(out, "w", encoding="ascii") as f:
        f.write('#include "store/migrate.h"\n\nconst struct rw_migration rw_migrations[] = {\n')
        for n, path in enumerate(files, 1):
            match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", os.path.basename(path))
            if not match or int(match[1]) != n:
                sys.exit(f"{path}: expected {n:04}_<name>.sql")
            with open(path, encoding="ascii") as sql:
                f.write(f'    {{{n}, "{match[2]}",\n{quoted(sql.read())}}},\n')
        f.write("};\nconst unsigned rw_migrations_count = %d;\n" % len(files))


main(sys.argv[1], sys.argv[2:])
