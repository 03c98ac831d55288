"""Every trial of api/openapi.yaml (x-try) is sent to a real server: its status, its code and the shape of its
answer are what the description says. So no example in the reference is one that does not work."""
import json
import sys
import urllib.parse

from harness import SOURCE, Server, Simulator, main

sys.path.insert(0, str(SOURCE / "tools"))

from apigen import check, load  # noqa: E402


class World:
    """What the variables in the trials ($conversation, $user_id, ...) and their tokens stand for here."""

    def __init__(self, server):
        self.server = server
        demo = server.demo
        self.values = {name: demo[name] for name in ("user_id", "edge_id", "provider_id", "client_id", "client_secret")}
        self.values.update(trunk=demo["trunk_id"], site=demo["tenant_id"])
        self.values["conversation"] = server.place_agentless("+6591234500")
        stations = server.request("GET", "/api/v2/stations").json["entities"]
        self.values["station"] = stations[0]["id"]
        routes = server.request("GET", f"/api/v2/telephony/providers/edges/sites/{demo['tenant_id']}/outboundroutes",
                                token=demo["admin_token"]).json["entities"]
        self.values["route"] = routes[0]["id"]
        self.tokens = {"user": demo["user_token"], "viewer": demo["viewer_token"], "admin": demo["admin_token"],
                       "agentless": demo["agentless_token"], "client": self.client_token(), None: ""}

    def client_token(self):
        form = {"grant_type": "client_credentials", "client_id": self.values["client_id"],
                "client_secret": self.values["client_secret"]}
        answer = self.server.request("POST", "/oauth/token", urllib.parse.urlencode(form), token="",
                                     headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, answer.body
        return answer.json["access_token"]

    def token(self, name):
        if name != "spare":
            return self.tokens[name]
        answer = self.server.request("POST", "/api/v2/ringwright/tokens", {"userId": self.values["user_id"]},
                                     token=self.tokens["admin"])
        assert answer.status == 200, answer.body
        return answer.json["token"]

    def fill(self, data):
        if isinstance(data, str) and data.startswith("$"):
            if data == "$live":  # a call that is up: one for each trial that ends it
                return self.server.place_agentless("+6591234500")
            return self.values[data[1:]]
        if isinstance(data, dict):
            return {name: self.fill(value) for name, value in data.items()}
        if isinstance(data, list):
            return [self.fill(value) for value in data]
        return data


def request_of(api, op, attempt, world):
    path = op.path
    for name, value in attempt.get("path", {}).items():
        path = path.replace("{" + name + "}", str(world.fill(value)))
    if attempt.get("query"):
        path += "?" + urllib.parse.urlencode({k: world.fill(v) for k, v in attempt["query"].items()})
    headers, body = dict(attempt.get("headers", {})), None
    if "body" in attempt:
        media_type, media = op.content()
        body = world.fill(api.resolve(media["examples"][attempt["body"]])["value"])
        headers["Content-Type"] = media_type
        if "csv" not in media_type:
            body = urllib.parse.urlencode(body) if "form" in media_type else json.dumps(body)
    return path, headers, body


def judge(api, op, attempt, answer):
    """What is wrong with the answer, as a list of sentences."""
    wrong = []
    if answer.status != attempt["status"]:
        return [f"answers {answer.status}, not {attempt['status']}: {answer.body[:600]!r}"]
    if "code" in attempt and attempt["code"] not in [fault["code"] for fault in answer.json.get("errors", [])]:
        wrong.append(f"has no {attempt['code']}: {answer.body[:600]!r}")
    response = op.responses.get(str(answer.status), op.responses.get("default"))
    media = response.get("content", {}).get("application/json")
    if op.method != "HEAD" and media and "json" in (answer.headers.get("Content-Type") or ""):
        check.value(api, media["schema"], answer.json, "the answer", wrong.append)
    return wrong


def test_every_example_works():
    api = load.description(SOURCE / "api/openapi.yaml")
    failures, sent = [], 0
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}", settings=["sip.trace_messages=1000"]) as server:
        world = World(server)
        for op in api.operations:
            for attempt in op.tries:
                path, headers, body = request_of(api, op, attempt, world)
                answer = server.request(op.method, path, body, token=world.token(attempt.get("token")), headers=headers)
                sent += 1
                failures += [f"{op.id}, {attempt['name']}: {what}" for what in judge(api, op, attempt, answer)]
    assert not failures, "\n" + "\n".join(failures)
    assert sent > 50, sent


if __name__ == "__main__":
    main(globals())
