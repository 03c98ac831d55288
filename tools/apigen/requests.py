"""The examples that are requests, as cases of a test (tests/api/examples.h)."""
from .examples import data, kind_of, texts
from .tables import c_bytes, c_string

NOTICE = "/* Made by tools/gen_api.py from api/errors: do not change. */\n"
END = b"\r\n"


def _long(raw):
    """A literal; an array where that would be longer than a compiler has to take."""
    if len(raw) < 4000:
        return c_bytes(raw)
    return f"(const char[]){{{', '.join(str(byte if byte < 128 else byte - 256) for byte in raw)}}}"


def _step(kind, text):
    fields = []
    if kind == "raw":
        raw = data(text)
        return f"{{.raw = {_long(raw)}, .raw_length = {len(raw)}}}"
    head, _, body = text.partition("\n\n")
    # Fillers may hold lines, so the head is split when they are put in.
    first, *headers = data(head).rstrip(b"\n").split(b"\n")
    method, _, path = first.partition(b" ")
    fields += [f".method = {c_bytes(method)}", f".path = {c_bytes(path)}"]
    if headers:
        fields.append(f".headers = {c_bytes(b''.join(line + END for line in headers if line))}")
    if body.strip():
        fields.append(f".body = {c_bytes(data(body.strip()))}")
    return "{" + ", ".join(fields) + "}"


def cases(entries):
    steps, rows = [], []
    for entry in entries:
        kind = kind_of(entry["example"])
        if kind not in ("http", "raw"):
            continue
        found = [_step(kind, text) for text in texts(entry["example"], kind)]
        rows.append(f"    {{.code = {c_string(entry['code'])}, .warning = {str(entry['class'] == 'RW_OK').lower()}, "
                    f".steps = &steps[{len(steps)}], .step_count = {len(found)}}},")
        steps += found
    return "\n".join([NOTICE, '#include "examples.h"', "", "static const struct example_step steps[] = {",
                      *[f"    {step}," for step in steps], "};", "", "const struct example examples[] = {", *rows, "};",
                      f"const size_t example_count = {len(rows)};", ""])
