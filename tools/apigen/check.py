"""Holds the description against what the tables, the reference and the house rules can carry."""
import datetime
import re

SCHEMA_WORDS = {
    "type", "format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum", "items", "minItems",
    "maxItems", "properties", "required", "additionalProperties", "description", "example", "readOnly",
    "writeOnly", "nullable", "default", "title", "allOf", "$ref", "x-ringwright-ignored", "x-ringwright-refused",
}
OPERATION_WORDS = {
    "operationId", "summary", "description", "tags", "parameters", "requestBody", "responses", "security",
    "x-permissions", "x-needs-user", "x-try",
}
TRY_WORDS = {"name", "token", "path", "query", "headers", "body", "status", "code"}
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}
# What C judges by a loop, and how the reference says it.
PATTERNS = {
    r"^[A-Za-z0-9._-]+$": ("RW_FORMAT_TOKEN", "A-Z a-z 0-9 . _ -"),
    r"^[0-9]+$": ("RW_FORMAT_DIGITS", "0-9"),
}
UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
PERMISSION = re.compile(r"^[a-zA-Z]+(:[a-zA-Z]+){0,2}$")


def _schema(description, spec, seen):
    if id(spec) in seen:
        return
    seen.add(id(spec))
    for word in spec:
        if word not in SCHEMA_WORDS:
            spec.fail(f"the generator does not know {word} in a schema", word)
    name, target = description.schema(spec)
    if name or target is not spec:
        _schema(description, target, seen)
        return
    kind = spec.get("type")
    if kind is not None and kind not in TYPES:
        spec.fail(f"there is no type {kind}", "type")
    if "pattern" in spec and spec["pattern"] not in PATTERNS:
        spec.fail(f"the only patterns that the tables know are {' and '.join(PATTERNS)}", "pattern")
    if kind == "object":
        if "additionalProperties" not in spec:
            spec.fail("say whether other members may stand in this object: additionalProperties")
        for member in spec.get("required", []):
            if member not in spec.get("properties", {}):
                spec.fail(f"the required member {member} is not described", "required")
        for member, inner in spec.get("properties", {}).items():
            if "description" not in inner and "$ref" not in inner:
                spec["properties"].fail(f"{member} has no description", member)
            _schema(description, inner, seen)
        if isinstance(spec["additionalProperties"], dict):
            _schema(description, spec["additionalProperties"], seen)
    if kind == "array":
        if "items" not in spec:
            spec.fail("an array says what its items are")
        _schema(description, spec["items"], seen)
    if "example" in spec:
        value(description, spec, spec["example"], "example", lambda m: spec.fail(m, "example"))


def _format(kind, text):
    if kind == "uuid":
        return bool(UUID.match(text))
    if kind == "uri":
        return bool(re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", text))
    if kind == "date-time":
        try:
            datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            return "T" in text
        except ValueError:
            return False
    return True


def value(description, spec, data, where, fail):
    """Is `data` of the shape `spec`? What src/api/schema.c checks at run time, for examples."""
    nullable = spec.get("nullable", False)
    _, spec = description.schema(spec)
    if data is None:
        if not nullable and not spec.get("nullable") and "type" in spec:
            fail(f"{where} is null")
        return
    kind = spec.get("type")
    if kind and (not isinstance(data, TYPES[kind]) or (isinstance(data, bool) and kind != "boolean")):
        fail(f"{where} is no {kind}")
    if "enum" in spec and data not in spec["enum"]:
        fail(f"{where} is none of {', '.join(map(str, spec['enum']))}")
    if kind == "string":
        if len(data) < spec.get("minLength", 0) or len(data) > spec.get("maxLength", 1 << 30):
            fail(f"{where} has the wrong length")
        if not _format(spec.get("format"), data) or ("pattern" in spec and not re.match(spec["pattern"], data)):
            fail(f"{where} is not of the format {spec.get('format', spec.get('pattern'))}")
    if kind in ("integer", "number") and not spec.get("minimum", data) <= data <= spec.get("maximum", data):
        fail(f"{where} is out of range")
    if kind == "array":
        for i, item in enumerate(data):
            value(description, spec["items"], item, f"{where}[{i}]", fail)
    if kind == "object":
        members = spec.get("properties", {})
        for member in spec.get("required", []):
            if member not in data:
                fail(f"{where} has no {member}")
        for member, inner in data.items():
            if member in members:
                value(description, members[member], inner, f"{where}.{member}", fail)
            elif spec["additionalProperties"] is False:
                fail(f"{where} has the member {member}, which is not described")
            elif isinstance(spec["additionalProperties"], dict):
                value(description, spec["additionalProperties"], inner, f"{where}.{member}", fail)


def _media(description, media, owner):
    if "schema" not in media:
        owner.fail("a body has no schema")
    _schema(description, media["schema"], set())
    for name, example in media.get("examples", {}).items():
        example = description.resolve(example)
        if "summary" not in example:
            example.fail(f"the example {name} has no summary")
        value(description, media["schema"], example.get("value"), name, lambda m: example.fail(m, "value"))


def _tries(op):
    _, media = op.content()
    names = list(media.get("examples", {})) if media else []
    for attempt in op.tries:
        for word in attempt:
            if word not in TRY_WORDS:
                attempt.fail(f"the generator does not know {word} here", word)
        if "name" not in attempt or "status" not in attempt:
            attempt.fail("a trial has a name and the status that comes back")
        if "body" in attempt and attempt["body"] not in names:
            attempt.fail(f"there is no example {attempt['body']} of the request", "body")
    if not op.tries:
        op.spec.fail(f"{op.id} has no trial (x-try), so nothing executes its example")
    for name in names:
        if name not in [attempt.get("body") for attempt in op.tries]:
            op.spec.fail(f"no trial sends the example {name}")


def _operation(description, op):
    spec = op.spec
    for word in spec:
        if word not in OPERATION_WORDS:
            spec.fail(f"the generator does not know {word} in an operation", word)
    for word in ("summary", "description", "tags"):
        if word not in spec:
            spec.fail(f"{op.id} has no {word}")
    if spec["tags"][0] not in description.tags():
        spec.fail(f"there is no tag {spec['tags'][0]}", "tags")
    templated = re.findall(r"\{(\w+)\}", op.path)
    if templated != [p["name"] for p in op.path_parameters]:
        spec.fail(f"{op.path} and its path parameters do not agree")
    if len(templated) > 8 or op.path.count("/") > 20 or len(op.query) > 32:
        spec.fail("the router takes at most 8 path parameters, 20 segments and 32 query parameters")
    for parameter in [*op.path_parameters, *op.query, *op.headers]:
        if "description" not in parameter:
            parameter.fail(f"the parameter {parameter.get('name')} has no description")
        _schema(description, parameter["schema"], set())
    for permission in op.permissions:
        if not PERMISSION.match(permission):
            spec.fail(f"{permission} is no permission", "x-permissions")
    if not op.open and "default" not in op.responses:
        spec.fail(f"{op.id} does not say how it refuses: responses.default")
    _, media = op.content()
    if media:
        _media(description, media, op.body)
    for status, response in op.responses.items():
        if not re.match(r"^([1-5]\d\d|default)$", status):
            spec["responses"].fail(f"{status} is no status", status)
        for media in response.get("content", {}).values():
            _media(description, media, response)
    _tries(op)


def description(api):
    seen = {}
    for op in api.operations:
        if op.id in seen:
            op.spec.fail(f"{op.id} is already used in line {seen[op.id]}", "operationId")
        seen[op.id] = op.spec.line
        _operation(api, op)
    for name, spec in api.schemas.items():
        if not re.match(r"^[A-Z]\w*$", name):
            api.schemas.fail(f"{name} is no name for a schema", name)
        if "description" not in spec:
            spec.fail(f"{name} has no description")
        _schema(api, spec, set())
