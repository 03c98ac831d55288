"""The C tables: schemas, operations, the tree of path segments, the catalogue, the page."""
import json

from . import errors, examples
from .check import PATTERNS

NOTICE = "/* Made by tools/gen_api.py from the API description: do not change. */\n"
TYPES = {None: "RW_TYPE_ANY", "string": "RW_TYPE_STRING", "integer": "RW_TYPE_INTEGER", "number": "RW_TYPE_NUMBER",
         "boolean": "RW_TYPE_BOOLEAN", "object": "RW_TYPE_OBJECT", "array": "RW_TYPE_ARRAY"}
FORMATS = {"uuid": "RW_FORMAT_UUID", "uri": "RW_FORMAT_URI", "date-time": "RW_FORMAT_DATE_TIME"}


def c_bytes(data):
    """A C string literal. Octal escapes, since those end after three digits."""
    out = []
    for byte in data:
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif char == "?" or not 32 <= byte < 127:
            out.append(f"\\{byte:03o}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def c_string(text):
    return "NULL" if text is None else c_bytes(text.encode("utf-8"))


def c_bool(value):
    return "true" if value else "false"


class Writer:
    """Collects the tables; each is written once, before it is used, but for schemas, which may be circular."""

    def __init__(self, api):
        self.api, self.lists, self.members, self.schemas, self.known, self.words = api, [], [], [], {}, {}

    def strings(self, values):
        """A NULL-ended array of strings; equal ones share one."""
        if not values:
            return "NULL"
        key = tuple(map(str, values))
        if key not in self.words:
            self.words[key] = f"words_{len(self.words)}"
            items = ", ".join(map(c_string, key))
            self.lists.append(f"static const char *const {self.words[key]}[] = {{{items}, NULL}};")
        return self.words[key]

    def schema(self, spec):
        """&name of the table of a schema."""
        name, spec = self.api.schema(spec)
        if id(spec) in self.known:
            return "&" + self.known[id(spec)]
        label = f"schema_{name}" if name else f"schema_{len(self.known)}"
        self.known[id(spec)] = label
        kind = spec.get("type")
        fields = [f".name = {c_string(name)}", f".type = {TYPES[kind]}"]
        if spec.get("format") in FORMATS:
            fields.append(f".format = {FORMATS[spec['format']]}")
        if "pattern" in spec:
            fields.append(f".format = {PATTERNS[spec['pattern']][0]}")
        if "enum" in spec:
            fields.append(f".values = {self.strings(spec['enum'])}")
        for low, high in (("minLength", "maxLength"), ("minItems", "maxItems")):
            if low in spec:
                fields.append(f".length_min = {spec[low]}")
            if high in spec:
                fields.append(f".length_max = {spec[high]}")
        for word in ("minimum", "maximum"):
            if word in spec:
                fields.append(f".has_{word} = true, .{word} = {float(spec[word])!r}")
        if kind is None:
            fields.append(".open = true")  # of any type, an object with any members too
        if kind == "array":
            fields.append(f".items = {self.schema(spec['items'])}")
        if kind == "object":
            fields += self.object(label, spec)
        self.schemas.append(f"static const struct rw_schema {label} = {{\n    " + ",\n    ".join(fields) + ",\n};")
        return "&" + label

    def object(self, label, spec):
        rows = []
        for name, inner in spec.get("properties", {}).items():
            target = self.api.schema(inner)[1]
            row = [f".name = {c_string(name)}", f".schema = {self.schema(inner)}"]
            if name in spec.get("required", []):
                row.append(".required = true")
            for word, field in (("readOnly", "read_only"), ("writeOnly", "write_only"), ("nullable", "nullable")):
                if inner.get(word) or target.get(word):
                    row.append(f".{field} = true")
            if "x-ringwright-ignored" in inner:
                row.append(".ignored = true")
            if "x-ringwright-refused" in inner:
                row.append(f".refused = {c_string(inner['x-ringwright-refused'])}")
            rows.append("    {" + ", ".join(row) + "},")
        fields = []
        if rows:
            self.members.append(f"static const struct rw_schema_member members_of_{label}[] = {{\n"
                                + "\n".join(rows) + "\n};")
            fields = [f".members = members_of_{label}", f".member_count = {len(rows)}"]
        extra = spec["additionalProperties"]
        if extra is not False:
            fields.append(".open = true")
        if isinstance(extra, dict):
            fields.append(f".extra = {self.schema(extra)}")
        return fields

    def text(self):
        declared = [f"static const struct rw_schema {label};" for label in self.known.values()]
        return "\n".join(self.lists + [""] + declared + [""] + self.members + [""] + self.schemas)


def _operation(w, i, op):
    """(arrays before, the row)."""
    before, kind, request, required = [], "RW_OPERATION_NO_BODY", "NULL", False
    media_type, media = op.content()
    if media:
        kind = "RW_OPERATION_FORM" if "form" in media_type else "RW_OPERATION_CSV" if "csv" in media_type \
            else "RW_OPERATION_JSON"
        request = "NULL" if "csv" in media_type else w.schema(media["schema"])
        required = op.body.get("required", False)
    if op.query:
        rows = [f"    {{.name = {c_string(p['name'])}, .schema = {w.schema(p['schema'])}, "
                f".required = {c_bool(p.get('required'))}, .ignored = {c_bool('x-ringwright-ignored' in p['schema'])}}},"
                for p in op.query]
        before.append(f"static const struct rw_parameter query_{i}[] = {{\n" + "\n".join(rows) + "\n};")
    rows = []
    for status, response in op.responses.items():
        content = response.get("content", {})
        chosen = "application/json" if "application/json" in content else next(iter(content), None)
        schema = w.schema(content[chosen]["schema"]) if chosen == "application/json" else "NULL"
        number = 0 if status == "default" else int(status)
        rows.append(f"    {{.status = {number}, .content_type = {c_string(chosen)}, .schema = {schema}}},")
    before.append(f"static const struct rw_response responses_{i}[] = {{\n" + "\n".join(rows) + "\n};")
    row = f"""    {{
        .id = {c_string(op.id)},
        .method = {c_string(op.method)},
        .path = {c_string(op.path)},
        .summary = {c_string(op.spec['summary'])},
        .auth = {'RW_OPERATION_OPEN' if op.open else 'RW_OPERATION_BEARER'},
        .needs_user = {c_bool(op.needs_user)},
        .permissions = {w.strings(op.permissions)},
        .scopes = {w.strings(op.scopes)},
        .query = {f'query_{i}' if op.query else 'NULL'},
        .query_count = {len(op.query)},
        .body = {kind},
        .body_required = {c_bool(required)},
        .request = {request},
        .responses = responses_{i},
        .response_count = {len(rows)},
        .path_names = {w.strings([p['name'] for p in op.path_parameters])},
    }},"""
    return before, row


class Node:
    def __init__(self):
        self.literal, self.parameter, self.operations, self.number = {}, None, [], 0


def _tree(api):
    root = Node()
    for i, op in enumerate(api.operations):
        node = root
        for segment in op.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, Node())
        node.operations.append(i)
    return root


def _allow(api, node):
    methods = {api.operations[i].method for i in node.operations}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def _nodes(api):
    """The tree breadth first, so that the children of a node stand side by side, sorted, the parameter last."""
    order, rows, indexes, next_index = [(None, _tree(api))], [], [], 1
    for segment, node in order:
        children = [(name, node.literal[name]) for name in sorted(node.literal)]
        if node.parameter:
            children.append((None, node.parameter))
        rows.append(f"    {{.segment = {c_string(segment)}, .segment_length = {len(segment or '')}, "
                    f".child = {next_index if children else 0}, .child_count = {len(children)}, "
                    f".operation = {len(indexes)}, .operation_count = {len(node.operations)}, "
                    f".allow = {c_string(_allow(api, node)) if node.operations else 'NULL'}}},")
        indexes += node.operations
        next_index += len(children)
        order += children
    return rows, indexes


def source(api, catalogue):
    w = Writer(api)
    before, rows = [], []
    for i, op in enumerate(api.operations):
        more, row = _operation(w, i, op)
        before += more
        rows.append(row)
    nodes, indexes = _nodes(api)
    entries = [f"    {{{c_string(e['code'])}, {e['class']}, {c_string(e['title'])},\n     {c_string(e['help'])},\n"
               f"     {c_string(examples.shown(e))}}}," for e in catalogue.entries]
    classes = [f"    [{name}] = {c_string(errors.class_name(name))}," for name in catalogue.status]
    return "\n".join([
        NOTICE, '#include "api/tables.h"', "", w.text(), "", *before, "",
        "const struct rw_operation rw_operations[] = {", *rows, "};",
        f"const size_t rw_operation_count = {len(rows)};", "",
        "const struct rw_router_node rw_router_nodes[] = {", *nodes, "};", "",
        f"const uint16_t rw_router_operations_of[] = {{{', '.join(map(str, indexes))}}};", "",
        "const struct rw_catalogue_entry rw_catalogue[] = {", *entries, "};",
        f"const size_t rw_catalogue_size = {len(entries)};", "",
        "const char *const rw_class_names[RW_CLASS_COUNT] = {", *classes, "};", ""])


def header(api):
    lines = [NOTICE, "#ifndef RW_API_GEN_H", "#define RW_API_GEN_H", "",
             "struct rw_request;", "", "/* What answers each operation, in the order of the description. */"]
    lines += [f"void rw_op_{op.id}(struct rw_request *request); /* {op.method} {op.path} */" for op in api.operations]
    return "\n".join(lines + ["", "#endif", ""])


def handlers(api):
    rows = [f"    rw_op_{op.id}," for op in api.operations]
    return "\n".join([NOTICE, '#include "api_gen.h"', "", '#include "api/tables.h"', "",
                      "static rw_operation_h *const handlers[] = {", *rows, "};", "",
                      "rw_operation_h *rw_operation_handler(const struct rw_operation *operation)", "{",
                      "    return handlers[operation - rw_operations];", "}", ""])


def embed(page):
    data = page.encode("utf-8")
    lines = ["    " + ",".join(str(b) for b in data[i:i + 32]) + "," for i in range(0, len(data), 32)]
    return "\n".join([NOTICE, '#include "api/reference.h"', "", "static const unsigned char page[] = {", *lines,
                      "};", "", "struct rw_slice rw_reference_html(void)", "{",
                      "    return (struct rw_slice){(const char *)page, sizeof(page)};", "}", ""])


def dump(data):
    return json.dumps(data, indent=2, ensure_ascii=False)
