"""What address.yaml says, as the C tables of the engine of telephone addresses, and its examples as cases of a test."""
from . import examples
from .tables import c_bytes, c_string

NOTICE = "/* Made by tools/gen_api.py from api/errors/address.yaml: do not change. */\n"
TEMPLATES_MAX = 4  # RW_WORDS_TEMPLATES_MAX in src/address/words.h
CLASSES = ("RW_OK", "RW_MALFORMED", "RW_FORBIDDEN")


def _templates(entry, word):
    """A text or a list of them; each goes into one line of ASCII."""
    templates = entry.get(word, [])
    templates = [templates] if isinstance(templates, str) else templates
    if len(templates) > TEMPLATES_MAX:
        entry.fail(f"at most {TEMPLATES_MAX} templates", word)
    return templates


def _row(entry):
    for text in [entry["message"], *_templates(entry, "explain"), *_templates(entry, "expected")]:
        if not text.isascii() or not text.isprintable():
            entry.fail(f"the engine says only what is one line of ASCII, not \"{text}\"")
    if "{" in entry["message"]:
        entry.fail("a message is no template: it is said when nothing is known", "message")
    if entry["class"] not in CLASSES:
        entry.fail(f"a verdict about an address is none of {', '.join(CLASSES)}", "class")
    fields = [f".code = {c_string(entry['code'])}", f".message = {c_string(entry['message'])}"]
    for word in ("explain", "expected"):
        if word in entry:
            fields.append(f".{word} = {{{', '.join(map(c_string, _templates(entry, word)))}}}")
    if entry["class"] == "RW_FORBIDDEN":
        fields.append(".forbidden = true")
    return "    {" + ",\n     ".join(fields) + "},"


def source(entries):
    """src/address/words.h's tables; the entries are sorted by code."""
    lines = [NOTICE, '#include "address/words.h"']
    for name, count, note in (("faults", "fault_count", False), ("notes", "note_count", True)):
        rows = [_row(entry) for entry in entries if entry.get("note", False) == note]
        lines += ["", f"const struct rw_words rw_words_{name}[] = {{", *rows, "};",
                  f"const size_t rw_words_{count} = {len(rows)};"]
    return "\n".join(lines) + "\n"


def _policy(example):
    """The statements that make the example's policy of the usual one."""
    for word, value in example.get("policy", {}).items():
        if word == "refuse_types":
            bits = " | ".join(f"1u << RW_ADDRESS_{kind.upper()}" for kind in value)
            yield f"policy->refuse_types = {bits};"
        elif word == "refuse_regions":
            yield f"policy->refuse_regions = {c_string(','.join(value))};"
        else:
            yield f"policy->{word} = {'true' if value else 'false'};"
    if "region" in example:
        yield f"memcpy(policy->region, {c_string(example['region'])}, 3);"


def cases(entries):
    """tests/address/examples.h's tables."""
    rows, policies = [], []
    for i, entry in enumerate(entries):
        data = examples.data(entry["example"]["input"])
        fields = [f".code = {c_string(entry['code'])}", f".input = {c_bytes(data)}", f".length = {len(data)}"]
        fields += [f".{word} = true" for word in ("note", "pending") if entry.get(word)]
        rows.append("    {" + ", ".join(fields) + "},")
        statements = list(_policy(entry["example"]))
        if statements:
            policies += [f"    case {i}:", *[f"        {s}" for s in statements], "        break;"]
    return "\n".join([
        NOTICE, '#include "examples.h"', "", "#include <string.h>", "",
        "const struct example examples[] = {", *rows, "};", f"const size_t example_count = {len(rows)};", "",
        "void example_policy(size_t i, struct rw_address_policy *policy)", "{",
        "    rw_address_policy_init(policy);", "    switch (i) {", *policies, "    default:", "        break;", "    }",
        "}", ""])
