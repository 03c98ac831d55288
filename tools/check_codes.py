#!/usr/bin/env python3
"""Every code that a source can answer with stands in api/errors, and every code there is used.

A code is a dotted text like "body.empty" that a source passes to a function whose name has "fail" in it, or
assigns to a member or variable named code. Used is one that stands anywhere in the sources (a note of the
address engine without its "address."); one that is pending is used nowhere yet. The simulator answers no client
of the API and is left out.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from apigen import errors, load  # noqa: E402

CODE = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
FAILING = re.compile(r"\b\w*fail\w*\s*\(")
ASSIGNED = re.compile(rf'\bcode\s*(?:=|\?)[^;"]*"({CODE})"')


def without_comments(text):
    """Comments become blanks; lines stay where they are."""
    pattern = re.compile(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|//[^\n]*', re.S)
    return pattern.sub(lambda m: m.group() if m.group()[0] == '"' else re.sub(r"[^\n]", " ", m.group()), text)


def arguments(text, start):
    """The text between a parenthesis that was just opened and its fellow."""
    depth, at = 1, start
    while at < len(text) and depth:
        string = STRING.match(text, at)
        if string:
            at = string.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at]


def codes_in(text):
    """(code, line) of every code that the source can answer with."""
    for call in FAILING.finditer(text):
        for string in STRING.finditer(arguments(text, call.end())):
            if re.fullmatch(CODE, string.group(1)):
                yield string.group(1), text.count("\n", 0, call.start()) + 1
    for assigned in ASSIGNED.finditer(text):
        yield assigned.group(1), text.count("\n", 0, assigned.start()) + 1


def main():
    try:
        entries = {entry["code"]: entry for entry in errors.catalogue(ROOT).entries}
    except load.Fault as fault:
        sys.exit(str(fault))
    faults, seen = [], set()
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        if "sim" in path.relative_to(ROOT).parts:
            continue
        text = without_comments(path.read_text(encoding="utf-8"))
        seen |= set(STRING.findall(text))
        for code, line in codes_in(text):
            if code not in entries:
                faults.append(f"{path.relative_to(ROOT)}:{line}: {code} is not listed in api/errors")
    for code, entry in entries.items():
        used = (code.split(".", 1)[1] if entry.get("note") else code) in seen
        if used == entry.get("pending", False):
            what = "is used, so it is not pending any more" if used else "is used by no source"
            faults.append(f"{entry.path.relative_to(ROOT)}:{entry.line}: {code} {what}")
    print(*sorted(set(faults)), sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
