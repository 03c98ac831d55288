"""Reads YAML so that every mapping and list knows the line it stands in."""
import yaml


class Fault(Exception):
    """What is wrong, as file:line: message."""


class Map(dict):
    line = 0

    def __init__(self, path, line):
        super().__init__()
        self.path, self.line, self.lines = path, line, {}

    def fail(self, message, key=None):
        raise Fault(f"{self.path}:{self.lines.get(key, self.line)}: {message}")


class List(list):
    def __init__(self, path, line):
        super().__init__()
        self.path, self.line = path, line


def _convert(path, node, loader):
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result = Map(path, line)
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node, deep=True))
            if key in result:
                raise Fault(f"{path}:{key_node.start_mark.line + 1}: {key} stands here twice")
            result[key] = _convert(path, value_node, loader)
            result.lines[key] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        result = List(path, line)
        result.extend(_convert(path, item, loader) for item in node.value)
        return result
    value = loader.construct_object(node, deep=True)
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise Fault(f"{path}:{line}: put this in quotes, it was read as a {type(value).__name__}")
    return value


def read(path):
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        if node is None:
            raise Fault(f"{path}:1: the file is empty")
        return _convert(path, node, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Fault(f"{path}:{mark.line + 1 if mark else 1}: {error.problem}") from error
    finally:
        loader.dispose()


METHODS = ("get", "head", "post", "put", "patch", "delete")


class Operation:
    def __init__(self, description, path, method, spec, shared):
        self.path, self.method, self.spec = path, method.upper(), spec
        self.id = spec.get("operationId") or spec.fail("an operation has no operationId")
        parameters = [description.resolve(p) for p in [*shared, *spec.get("parameters", [])]]
        self.path_parameters = [p for p in parameters if p.get("in") == "path"]
        self.query = [p for p in parameters if p.get("in") == "query"]
        self.headers = [p for p in parameters if p.get("in") == "header"]
        self.open = spec.get("security") == []
        self.scopes = []
        for requirement in spec.get("security", description.root.get("security", [])):
            self.scopes.extend(requirement.get("oauth2", []))
        self.permissions = spec.get("x-permissions", [])
        self.needs_user = spec.get("x-needs-user", False)
        self.body = description.resolve(spec.get("requestBody"))
        self.responses = {status: description.resolve(r) for status, r in spec.get("responses", {}).items()}
        self.tries = spec.get("x-try", [])

    def content(self):
        """The media type of the request and its description, or None twice."""
        content = self.body.get("content", {}) if self.body else {}
        for media in content.items():
            return media
        return None, None


class Description:
    def __init__(self, path, root):
        self.path, self.root = path, root
        self.schemas = root["components"]["schemas"]
        self.operations = []
        for template, item in root["paths"].items():
            for method in item:
                if method in METHODS:
                    shared = item.get("parameters", [])
                    self.operations.append(Operation(self, template, method, item[method], shared))
                elif method != "parameters":
                    item.fail(f"{method} is no method", method)

    def resolve(self, value):
        """Follows {$ref: '#/...'}; anything else is itself."""
        if not isinstance(value, dict) or "$ref" not in value:
            return value
        found = self.root
        for token in value["$ref"].lstrip("#/").split("/"):
            if token not in found:
                value.fail(f"{value['$ref']} leads nowhere", "$ref")
            found = found[token]
        return found

    def schema(self, spec):
        """(name or None, schema) of a schema or of a reference to one."""
        if "allOf" in spec and len(spec["allOf"]) == 1:
            spec = spec["allOf"][0]
        if "$ref" in spec:
            return spec["$ref"].rsplit("/", 1)[1], self.resolve(spec)
        return None, spec

    def tags(self):
        return [tag["name"] for tag in self.root["tags"]]


def description(path):
    return Description(path, read(path))
