#!/usr/bin/env python3
"""The catalogue in api/errors and the sources agree, and a test brings every code about.

A code is a dotted text like "body.empty" that a source passes to a function whose name has "fail" in it, or
assigns to a member or variable named code. It stands in the catalogue, with the class that the source gives it.
Used is one that stands anywhere in the sources (a note of the address engine without its "address."); one that is
pending is used nowhere yet. The simulator answers no client of the API and is left out.

A test brings a code about when its example is one that tests/address or tests/api runs, or when the entry names
the test with produced_by and that one's source has the code as a string.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from apigen import errors, examples, load  # noqa: E402

CODE = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
PYTHON_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'')
FAILING = re.compile(r"\b\w*fail\w*\s*\(")
ASSIGNED = re.compile(rf'\bcode\s*(?:=|\?)[^;"]*"({CODE})"')
CLASSED = re.compile(rf'\b(RW_[A-Z_]+),\s*"({CODE})"')


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


def wrong_classes(text, entries, classes):
    """(code, class, line) wherever a source gives a code another class than the catalogue."""
    for found in CLASSED.finditer(text):
        cls, code = found.groups()
        if cls in classes and code in entries and cls != entries[code]["class"]:
            yield code, cls, text.count("\n", 0, found.start()) + 1


def strings_of_test(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
        return {a or b for a, b in PYTHON_STRING.findall(text)}
    return set(STRING.findall(without_comments(text)))


def unproduced(entry, known):
    """Why no test brings the code about, or None."""
    named = entry.get(errors.PRODUCED_BY)
    if named is None:
        return None if examples.kind_of(entry["example"]) else "no test runs its example and none is named"
    if examples.kind_of(entry["example"]):
        return "its example is run, so it needs no produced_by"
    path = ROOT / named
    if not named.startswith("tests/") or not path.is_file():
        return f"{named} is no test"
    if named not in known:
        known[named] = strings_of_test(path)
    return None if entry["code"] in known[named] else f"{named} does not have it as a string"


def main():
    try:
        catalogue = errors.catalogue(ROOT)
    except load.Fault as fault:
        sys.exit(str(fault))
    entries = {entry["code"]: entry for entry in catalogue.entries}
    faults, seen, known = [], set(), {}
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        if "sim" in path.relative_to(ROOT).parts:
            continue
        text = without_comments(path.read_text(encoding="utf-8"))
        seen |= set(STRING.findall(text))
        place = path.relative_to(ROOT)
        for code, line in codes_in(text):
            if code not in entries:
                faults.append(f"{place}:{line}: {code} is not listed in api/errors")
        for code, cls, line in wrong_classes(text, entries, catalogue.status):
            faults.append(f"{place}:{line}: {code} is {cls} here and {entries[code]['class']} in api/errors")
    for code, entry in entries.items():
        place = f"{entry.path.relative_to(ROOT)}:{entry.line}"
        used = (code.split(".", 1)[1] if entry.get("note") else code) in seen
        if used == entry.get("pending", False):
            faults.append(f"{place}: {code} is "
                          + ("used, so it is not pending any more" if used else "used by no source"))
        why = unproduced(entry, known)
        if why:
            faults.append(f"{place}: {code}: {why}")
    print(*sorted(set(faults)), sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
