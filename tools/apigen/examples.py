"""The example of an entry of the catalogue: what it is, and how a reader sees it.

A text is an example that only people read; the entry says with produced_by which test brings its code about. A
mapping can be run, and a test runs it:

    {input: text, region:, policy:}   judged by the engine of telephone addresses
    {http: text or a list of them}    requests, sent one after the other; the last one's answer has the code
    {raw: text}                       the same, byte for byte: for what is wrong with the framing

A text of http is a method and a path, lines of headers, an empty line and the body, as HTTP has it without
version, Host and Content-Length. In any of these texts {9000 times: a} and {bytes FF FE} stand for what they say,
and in requests a name in braces for something that only a running server has: tests/api/test_examples.c has them.
"""
import json
import re
import unicodedata

KINDS = {"input": ("region", "policy"), "http": (), "raw": ()}
SWITCHES = {
    "accept_national": "national numbers", "accept_uris": "URIs", "accept_separators": "separators",
    "accept_unicode": "characters beyond ASCII", "accept_extensions": "extensions",
    "accept_vanity": "letters for digits", "refuse_unassigned": "unassigned numbers",
}
LISTS = {"refuse_types": "{} numbers", "refuse_regions": "numbers of {}"}
SPECIAL = re.compile(r"\{(\d+) times: ([^}]*)\}|\{bytes? ([0-9A-F ]+)\}")


def kind_of(example):
    """input, http or raw; None of an example for people only."""
    return next((kind for kind in KINDS if kind in example), None) if isinstance(example, dict) else None


def check(entry):
    """Stops at an example that the generator does not know how to read."""
    example, kind = entry["example"], kind_of(entry["example"])
    if isinstance(example, str):
        if not example.strip():
            entry.fail("the example is empty", "example")
        return
    if kind is None:
        entry.fail(f"an example is text, or has one of {', '.join(KINDS)}", "example")
    for word in example:
        if word not in (kind, *KINDS[kind]):
            example.fail(f"an example with {kind} has no {word}", word)
    for word, value in example.get("policy", {}).items():
        if not (word in SWITCHES and isinstance(value, bool) or word in LISTS and isinstance(value, list)):
            example["policy"].fail(f"the policy has no {word} of this kind", word)
    for text in texts(example, kind):
        if not isinstance(text, str) or kind == "http" and not re.match(r"[A-Z]+ /", text):
            example.fail("a request begins with a method and a path", kind)


def texts(example, kind):
    return example[kind] if isinstance(example[kind], list) else [example[kind]]


def data(text):
    """The bytes that a text of an example stands for."""
    out, at = b"", 0
    for found in SPECIAL.finditer(text):
        out += text[at:found.start()].encode("utf-8")
        if found[1]:
            out += found[2].replace("\\n", "\n").encode("utf-8") * int(found[1])
        else:
            out += bytes.fromhex(found[3])
        at = found.end()
    return out + text[at:].encode("utf-8")


def _visible(char):
    """The character as JSON has it, escaped where a reader would not see what it is."""
    plain = char.isascii() or unicodedata.category(char)[0] in "LNS"
    return json.dumps(char, ensure_ascii=not plain)[1:-1]


def _shown_address(example):
    shown = '"' + "".join(map(_visible, example["input"])) + '"'
    if "region" in example:
        shown += f" where national numbers are those of {example['region']}"
    for word, value in example.get("policy", {}).items():
        if word in SWITCHES:
            accepted = value == word.startswith("accept_")
            shown += f" where {SWITCHES[word]} are {'accepted' if accepted else 'refused'}"
        else:
            shown += f" where {LISTS[word].format(', '.join(value))} are refused"
    return shown


def _shown_raw(text):
    """Controls are what such a request is about: a line end is seen, and ends the line."""
    shown = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    return shown.replace("\\n", "\\n\n").rstrip("\n")


def shown(entry):
    """The example for a reader; that of a request has several lines."""
    example, kind = entry["example"], kind_of(entry["example"])
    if kind is None:
        return " ".join(example.split())
    if kind == "input":
        return _shown_address(example)
    if kind == "raw":
        return _shown_raw(example["raw"])
    return "\n\nand then\n\n".join(text.strip() for text in texts(example, kind))
