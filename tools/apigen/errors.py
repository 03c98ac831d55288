"""The catalogue of errors: api/errors/*.yaml merged, and as a page of the documentation."""
import re

from . import examples, load

TEXTS = ("code", "class", "help")  # beside these an entry has a title or a message, and an example
PRODUCED_BY = "produced_by"  # the test that brings the code about, where the example can't be run
ADDRESS = "address.yaml"
ADDRESS_WORDS = ("message", "explain", "expected", "note", "pending")  # its comment says what they are


class Catalogue:
    def __init__(self, entries, paths, status):
        self.entries, self.paths, self.status = entries, paths, status


def _classes(root):
    """Class -> HTTP status, in the order of enum rw_class."""
    enum = re.search(r"enum rw_class \{(.*?)\}", (root / "src/base/err.h").read_text(), re.S).group(1)
    table = dict(re.findall(r"\[(RW_\w+)\] = \{(\d+),", (root / "src/base/status.c").read_text()))
    return {name: int(table[name]) for name in re.findall(r"^\s*(RW_\w+)", enum, re.M) if name in table}


def _check(entry, status):
    own = ADDRESS_WORDS if entry.path.name == ADDRESS else ("title",)
    for word in [*TEXTS, own[0]]:
        if not isinstance(entry.get(word), str) or not entry[word].strip():
            entry.fail(f"an error has a {word}, and it is text")
        entry[word] = " ".join(entry[word].split())
    if "example" not in entry:
        entry.fail("an error has an example")
    if own is ADDRESS_WORDS and examples.kind_of(entry["example"]) != "input":
        entry.fail("the example of a verdict about an address is an input", "example")
    for word in entry:
        if word not in (*TEXTS, *own, "example", PRODUCED_BY):
            entry.fail(f"an error has no {word} here", word)
    if not re.match(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", entry["code"]):
        entry.fail(f"{entry['code']} is no code: lower case, an area and a name", "code")
    if entry["class"] not in status:
        entry.fail(f"there is no class {entry['class']} in base/err.h", "class")
    if entry.get("note", False) and entry["class"] != "RW_OK":
        entry.fail("a note is a warning: its class is RW_OK", "class")
    if entry[own[0]].endswith("."):
        entry.fail(f"a {own[0]} has no full stop", own[0])
    examples.check(entry)
    entry.setdefault("title", entry[own[0]][0].upper() + entry[own[0]][1:])


def read(path, status):
    """The entries of one file, checked; each has a title, in address.yaml that is its message."""
    found = load.read(path)
    if not isinstance(found, list):
        raise load.Fault(f"{path}:1: the file is no list of errors")
    for entry in found:
        _check(entry, status)
    return found


def addresses(root):
    """The entries of address.yaml, sorted by code."""
    return sorted(read(root / "api/errors" / ADDRESS, _classes(root)), key=lambda entry: entry["code"])


def catalogue(root):
    status, entries, titles, paths = _classes(root), {}, {}, sorted((root / "api/errors").glob("*.yaml"))
    for path in paths:
        for entry in read(path, status):
            code = entry["code"]
            if code in entries:
                entry.fail(f"{code} is listed already, in {entries[code].path.name}:{entries[code].line}", "code")
            other = titles.setdefault(entry["title"].lower(), entry)
            if other is not entry:
                entry.fail(f"{other['code']} has the same title; say what is different", "title")
            entries[code] = entry
    return Catalogue([entries[code] for code in sorted(entries)], paths, status)


def class_name(cls):
    return cls.removeprefix("RW_").lower()


def _status(found, entry):
    if entry["class"] == "RW_OK":
        return "a warning, the request was accepted"
    return f"HTTP {found.status[entry['class']]}, {class_name(entry['class'])}"


def _cell(text):
    """Text in Markdown in which nothing is markup."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


def _code(text):
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _example(shown):
    return ["For example:", "", "```", shown, "```"] if "\n" in shown else [f"For example: {_code(shown)}"]


def markdown(found):
    lines = ["# Errors", "",
             "Every code that an answer of this server can carry, in the order of the alphabet. The running server",
             "shows each of them at `/docs/errors/{code}`, and the `help` member of every error links there.", "",
             "*Made from the files in `api/errors/` by `meson compile errors-doc`; change those.*", ""]
    area = None
    for entry in found.entries:
        if entry["code"].split(".")[0] != area:
            area = entry["code"].split(".")[0]
            lines += [f"## {area}", ""]
        lines += [f"### `{entry['code']}`", "",
                  f"**{_cell(entry['title'])}** ({_status(found, entry)})", "",
                  _cell(entry["help"]), "", *_example(examples.shown(entry)), ""]
    return "\n".join(lines).rstrip() + "\n"
