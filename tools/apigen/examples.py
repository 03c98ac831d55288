"""The example of an entry of the catalogue: what it is, and how a reader sees it.

A text is an example that only people read. A mapping can be run by a machine:
    {input: text} or {hex: bytes}, times, region, policy    judged by the engine of telephone addresses
"""
import json
import unicodedata

ADDRESS_WORDS = ("input", "hex", "times", "region", "policy")
SWITCHES = {
    "accept_national": "national numbers", "accept_uris": "URIs", "accept_separators": "separators",
    "accept_unicode": "characters beyond ASCII", "accept_extensions": "extensions",
    "accept_vanity": "letters for digits", "refuse_unassigned": "unassigned numbers",
}
LISTS = {"refuse_types": "{} numbers", "refuse_regions": "numbers of {}"}


def is_address(example):
    return isinstance(example, dict) and ("input" in example or "hex" in example)


def check(entry):
    """Stops at an example that the generator does not know how to read."""
    example = entry["example"]
    if isinstance(example, str):
        if not example.strip():
            entry.fail("the example is empty", "example")
        return
    if not is_address(example):
        entry.fail("an example is text, or it has an input", "example")
    for word in example:
        if word not in ADDRESS_WORDS:
            example.fail(f"an example of an address has no {word}", word)
    for word, value in example.get("policy", {}).items():
        if not (word in SWITCHES and isinstance(value, bool) or word in LISTS and isinstance(value, list)):
            example["policy"].fail(f"the policy has no {word} of this kind", word)


def address_bytes(example):
    """What the engine is given."""
    data = bytes.fromhex(example["hex"]) if "hex" in example else example["input"].encode("utf-8")
    return data * example.get("times", 1)


def _visible(char):
    """The character as JSON has it, escaped where a reader would not see what it is."""
    plain = char.isascii() or unicodedata.category(char)[0] in "LNS"
    return json.dumps(char, ensure_ascii=not plain)[1:-1]


def _shown_address(example):
    if "hex" in example:
        text = "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02X}" for byte in bytes.fromhex(example["hex"]))
    else:
        text = "".join(map(_visible, example["input"]))
    shown = f'"{text}"'
    if "times" in example:
        shown += f", {example['times']} times"
    if "region" in example:
        shown += f" where national numbers are those of {example['region']}"
    for word, value in example.get("policy", {}).items():
        if word in SWITCHES:
            accepted = value == word.startswith("accept_")
            shown += f" where {SWITCHES[word]} are {'accepted' if accepted else 'refused'}"
        else:
            shown += f" where {LISTS[word].format(', '.join(value))} are refused"
    return shown


def shown(entry):
    example = entry["example"]
    return " ".join(example.split()) if isinstance(example, str) else _shown_address(example)
