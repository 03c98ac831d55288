#!/usr/bin/env python3
"""generate.py METADATA.json OUTPUT.c - the address engine's tables, of what extract.cjs printed.

Deterministic: the same packages give the same file. See README.md here.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from numbergen import emit, plan  # noqa: E402


def rows(name):
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    data = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    sources = [dict(zip(("name", "version", "published", "checksum"), row)) for row in rows("sources.tsv")]
    for source, read in zip(sources, (data["numbering"], data["zones_from"])):
        if (source["name"], source["version"]) != (read["name"], read["version"]):
            sys.exit(f"generate.py: sources.tsv says {source['name']} {source['version']}, installed is "
                     f"{read['name']} {read['version']}")
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for source in sources:
        if locked[f"node_modules/{source['name']}"]["integrity"] != source["checksum"]:
            sys.exit(f"generate.py: sources.tsv has another checksum of {source['name']} than package-lock.json")
    text = emit.write(plan.Plan(data, dict(rows("regions.tsv"))), sources)
    pathlib.Path(sys.argv[2]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
