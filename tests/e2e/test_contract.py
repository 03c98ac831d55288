"""POST /conversations/calls, each member in turn: missing, null, of another type, too long, outside of its enum,
not a number, unknown. What is refused is refused at that member, with a code that the server explains; what it
suggests instead is accepted.

The members and their rules come from api/openapi.yaml, so a member added there is tested here.
"""
import copy
import http.client
import json
import sys

from harness import PATIENCE_S, SOURCE, Server, main

sys.path.insert(0, str(SOURCE / "tools"))

from apigen import load  # noqa: E402

PATH = "/api/v2/conversations/calls?validateOnly=true"
ABSENT = object()
OF_TYPE = {"null": None, "a flag": True, "a number": 7, "a fraction": 1.5, "a text": "text", "a list": [], "a list of nothing": [None],
           "an object": {}, "a huge number": 10**400, "a deep one": [[[[{}]]]]}
FITS = {"string": ("a text",), "object": ("an object",), "array": ("a list",),
        "integer": ("a number", "a huge number"), "boolean": ("a flag",)}
# Not one of them is a number that could be dialled, and none is repaired.
NO_NUMBER = ["", " ", "+", "++6591234567", "+0591234567", "+65 9123 456x", "+659123456789012345", "nobody", "+65912345\u0000",
             "+6591234567;ext=1;phone-context=x", "+6591234567@carrier.example", 
             "+6591234567\r\nX-Injected: 1", "+6591234567%0d%0aX: 1", "<sip:a@b>", "+65912345&7", "\ud800", "9" * 256, "112", "+999",
             "+6591234567,+6591234568", "+6591234567?Replaces=x", "anonymous", "+६५९१२३४५६७x", "1" * 257]


def in_the_way_of_reading(body):
    """Has something that no reader of JSON can keep exactly: U+0000, half of a UTF-16 pair, a number without end."""
    text = json.dumps(body)
    return "\\u0000" in text or "\\ud800" in text or "0" * 100 in text


class Contract:
    def __init__(self, server):
        self.server = server
        self.link = http.client.HTTPConnection(*server.address, timeout=PATIENCE_S)
        self.api = load.description(SOURCE / "api/openapi.yaml")
        self.members = self.resolved({"$ref": "#/components/schemas/CreateCallRequest"})["properties"]
        number, provider = "+6534567890", server.demo["provider_id"]
        self.forms = {
            "to and from": {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": number},
                            "callType": "outbound", "providerId": provider},
            "phoneNumber": {"phoneNumber": "+6591234567", "callerId": number, "callerIdName": "Dana"}}
        self.explained, self.sent, self.suggested, self.wrong = {}, 0, 0, []

    def resolved(self, schema):
        schema = self.api.resolve(schema)
        for part in schema.get("allOf", []):
            schema = {**self.resolved(part), **schema}
        return schema

    def ask(self, body, path=PATH):
        self.sent += 1
        return self.server.request("POST", path, body, connection=self.link)

    def explains(self, code):
        """/docs/errors/{code} says what the code means."""
        if code not in self.explained:
            answer = self.server.request("GET", f"/docs/errors/{code}", token="", connection=self.link)
            self.explained[code] = answer.status == 200 and code.encode() in answer.body
        return self.explained[code]

    def judge(self, what, body, member, accepted=False):
        """A 4xx that names the member by pointer, or 200 when that is right (None: both are)."""
        answer = self.ask(body)
        faults = answer.json.get("errors", []) if answer.status != 200 else []
        shown = f"{what}: {json.dumps(body)[:200]} -> {answer.status} {answer.body[:700]!r}"
        if answer.status == 200:
            if accepted is False:
                self.wrong.append("accepted, " + shown)
            return answer
        if not 400 <= answer.status < 500 or accepted is True:
            self.wrong.append("refused, " + shown)
            return answer
        if in_the_way_of_reading(body):  # refused by JSON's reader: a place in the text, but no member yet
            member = "" if all(fault.get("line") and fault.get("column") for fault in faults) else member
        if not any(fault.get("pointer", "").startswith(member) for fault in faults):
            self.wrong.append(f"no fault at {member}, " + shown)
        for fault in faults:
            pointer = fault.get("pointer", "")
            if not self.explains(fault["code"]):
                self.wrong.append(f"{fault['code']} is not explained, " + shown)
            if pointer.startswith("/") and pointer.lstrip("/").split("/")[0] in body and not fault.get("line"):
                self.wrong.append(f"no line for {pointer}, " + shown)
        for said in ("message", "code", "status", "contextId"):
            if not answer.json.get(said):
                self.wrong.append(f"no {said}, " + shown)
        if answer.json["status"] != answer.status or answer.json["contextId"] != answer.headers["ININ-Correlation-Id"]:
            self.wrong.append("status or contextId differ, " + shown)
        self.try_suggestion(answer, shown)
        return answer

    def try_suggestion(self, answer, shown):
        suggested = answer.json.get("suggestedRequest")
        if suggested is None:
            return
        self.suggested += 1
        again = self.ask(suggested)
        if again.status != 200:
            self.wrong.append(f"the suggestion {json.dumps(suggested)} is refused: {again.body[:500]!r}, " + shown)

    def finish(self, least):
        assert not self.wrong, f"\n{len(self.wrong)} of {self.sent}:\n" + "\n".join(self.wrong[:20])
        assert self.sent > least, self.sent


def put(body, pointer, value):
    """The body with the value at a pointer of one or two names; ABSENT takes it away."""
    body = copy.deepcopy(body)
    *way, last = pointer.strip("/").split("/")
    inner = body
    for name in way:
        inner = inner.setdefault(name, {})
    if value is ABSENT:
        inner.pop(last, None)
    else:
        inner[last] = value
    return body


def pointers(contract, members, before=""):
    for name, schema in members.items():
        schema = contract.resolved(schema)
        yield f"{before}/{name}", schema
        if not before and schema.get("type") == "object" and "properties" in schema:
            yield from pointers(contract, schema["properties"], f"/{name}")


def test_each_member_of_another_type_is_refused_where_it_stands():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        for form, body in contract.forms.items():
            for pointer, schema in pointers(contract, contract.members):
                for what, value in OF_TYPE.items():
                    if what not in FITS[schema["type"]]:
                        contract.judge(f"{form}, {pointer} is {what}", put(body, pointer, value), pointer)
        contract.finish(300)


def test_each_member_left_out():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        needed = {"to and from": {"/to": "/to", "/to/phoneNumber": "/to", "/from/phoneNumber": "/from"},
                  "phoneNumber": {"/phoneNumber": "/to"}}
        for form, body in contract.forms.items():
            for pointer, _ in pointers(contract, contract.members):
                parent = pointer.strip("/").split("/")[0]
                if parent not in body:
                    continue
                at = needed[form].get(pointer)
                contract.judge(f"{form} without {pointer}", put(body, pointer, ABSENT), at or pointer, accepted=at is None)
        contract.finish(5)


def test_each_member_too_long_or_of_the_wrong_letters():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        for form, body in contract.forms.items():
            for pointer, schema in pointers(contract, contract.members):
                if schema["type"] == "string":
                    longest = schema.get("maxLength", 256)
                    for value in ("a" * (longest + 1), "é" * (longest + 1), "a" * 20000, "+" + "9" * 5000):
                        contract.judge(f"{form}, {pointer} of {len(value)}", put(body, pointer, value), pointer)
                if "enum" in schema:
                    for value in ("", "inbound", schema["enum"][0].upper(), schema["enum"][0] + " ", "\u0000"):
                        contract.judge(f"{form}, {pointer} is {value!r}", put(body, pointer, value), pointer)
                if "pattern" in schema:
                    for value in ("", " ", "a b", "a/b", "../x", "a\r\nb", "é", "a;b", "<a>", "%00", "a\u0000"):
                        contract.judge(f"{form}, {pointer} is {value!r}", put(body, pointer, value), pointer)
                if schema["type"] == "array":
                    contract.judge(f"{form}, {pointer} long", put(body, pointer, ["x"] * 2000), pointer)
        contract.finish(100)


def test_what_is_no_number_is_refused_at_its_member():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        for form, places in [("to and from", ["/to/phoneNumber", "/from/phoneNumber"]),
                             ("phoneNumber", ["/phoneNumber", "/callerId"])]:
            for pointer in places:
                for value in NO_NUMBER:
                    contract.judge(f"{form}, {pointer} is {value!r}", put(contract.forms[form], pointer, value), pointer)
        for name in ("a\nb", "a\r\nX: y", "\x7f", "\x00"):
            contract.judge("callerIdName", put(contract.forms["phoneNumber"], "/callerIdName", name), "/callerIdName")
        for name in ('"', '\\', 'a"b\\', "<sip:a@b>", "Ünï côdé", "a;b,c", "\U0001f4de", ""):
            contract.judge("callerIdName", put(contract.forms["phoneNumber"], "/callerIdName", name), "/callerIdName",
                           accepted=True)
        contract.finish(100)


def test_unknown_members_are_named():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        names = ["wrapUpCode", "To", "to ", "phonenumber", "provider_id", "x" * 300, "", "é", "a/b", "a~b", "to.phoneNumber", "__proto__",
                 "a\nb", "\u202e", "0"]
        for form, body in contract.forms.items():
            for name in names:
                pointer = "/" + name.replace("~", "~0").replace("/", "~1")
                clean = pointer if len(pointer) < 90 and pointer.isprintable() else "/"
                contract.judge(f"{form}, unknown {name!r}", {**body, name: "+6591234567"}, clean)
                if "to" in body:
                    contract.judge(f"{form}, unknown {name!r} in to", {**body, "to": {**body["to"], name: 1}},
                                   "/to" + clean)
        contract.judge("many unknown", {**contract.forms["to and from"], **{f"x{n}": n for n in range(1000)}}, "/x0")
        contract.finish(40)


def test_what_is_ignored_is_told_and_what_is_refused_says_why():
    with Server("127.0.0.1:9") as server:
        contract = Contract(server)
        values = {"string": "x", "integer": 3, "object": {}, "array": []}
        for name, schema in contract.members.items():
            schema = contract.resolved(schema)
            for form, body in contract.forms.items():
                sent = {**body, name: values[schema["type"]]}
                if "x-ringwright-ignored" in schema:
                    answer = contract.judge(f"{form} with {name}", sent, f"/{name}", accepted=True)
                    if not any(warning.get("pointer") == f"/{name}" for warning in answer.json.get("warnings", [])):
                        contract.wrong.append(f"{name} is ignored without a word: {answer.body!r}")
                if "x-ringwright-refused" in schema:
                    contract.judge(f"{form} with {name}", sent, f"/{name}")
        contract.finish(20)


if __name__ == "__main__":
    main(globals())
