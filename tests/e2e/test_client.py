"""The client as a person uses it: every example of its help works when it is pasted.

The ids in the examples stand for whatever is there: each is replaced by the id of something of its kind.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

from harness import BUILD, PATIENCE_S, Server, Simulator, main

CLIENT = BUILD / "ringwright"
EXAMPLE = re.compile(r"^Example:\n  (.*)$", re.M)
ID = re.compile(r"019ab3c4-7d10-7000-8000-\d{12}")


def run(words, server=None, token=None, folder=None, stdin="", **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("RINGWRIGHT_", "GENESYSCLOUD_"))}
    if server:
        env |= {"RINGWRIGHT_URL": server.base_url, "RINGWRIGHT_TOKEN": token or server.demo["user_token"]}
    env |= more
    return subprocess.run([CLIENT, *words], capture_output=True, text=True, env=env, cwd=folder, timeout=PATIENCE_S,
                          input=stdin)


def commands():
    """What --help lists: [["call", "place"], ...]."""
    shown = run(["--help"]).stdout
    block = shown.split("server.\n\n", 1)[1].split("\n\n", 1)[0]
    return [[word for word in line[:25].split() if word.islower()] for line in block.splitlines()]


def example_of(command):
    shown = run([*command, "--help"])
    assert shown.returncode == 0, (command, shown.stderr)
    found = EXAMPLE.search(shown.stdout)
    assert found, f"{command} has no example"
    words = shlex.split(found[1])
    assert words[0] == "ringwright" and words[1:1 + len(command)] == command, found[1]
    return words[1:]


def made(server, words):
    """The id of something that exists, of the kind that the command is about."""
    admin = server.demo["admin_token"]
    if words[0] in ("call", "tail"):
        return server.place()
    if words[0] == "client":
        return json.loads(run(["client", "create", "--name", "x", "--role", "viewer"], server, admin).stdout)["id"]
    if words[0] == "station":
        return json.loads(run(["station", "create", "--name", "x", "--sip-uri", "sip:x@127.0.0.1:9"], server, admin).stdout)["id"]
    user = json.loads(run(["user", "create", "--name", "x", "--email", f"{os.urandom(4).hex()}@x.example",
                           "--role", "agent"], server, admin).stdout)["id"]
    if words[:2] != ["token", "revoke"]:
        return user
    run(["token", "create", "--user", user], server, admin)
    tokens = json.loads(run(["token", "list", "--page-size", "500"], server, admin).stdout)["entities"]
    return next(token["id"] for token in tokens if token.get("user", {}).get("id") == user)


def test_every_example_of_the_help_works():
    with tempfile.TemporaryDirectory() as folder, Simulator("--hangup-ms", "100") as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        pathlib.Path(folder, "call.json").write_text('{"to": {"phoneNumber": "+6591234567"}}')
        pathlib.Path(folder, "rates.csv").write_text("+65,0.012\n+6591,0.020\n")
        pathlib.Path(folder, "telephony.yaml").write_text("trunks: [{name: Carrier One, host: 192.0.2.7}]")
        for name in ("Carrier One", "Carrier Two"):
            assert run(["trunk", "create", "--name", name, "--carrier", "192.0.2.7"], server,
                       server.demo["admin_token"]).returncode == 0
        for words in (["phone", "create", "--name", "Desk 12", "--sip-uri", "sip:desk12@192.0.2.12"],
                      ["extension-pool", "create", "2000", "2999", "--name", "Second floor"]):
            assert run(words, server, server.demo["admin_token"]).returncode == 0
        listed = commands()
        assert len(listed) > 20, listed
        wrong = []
        for command in listed:
            words = example_of(command)
            token = server.demo["user_token"]
            if command[0] in ("client", "station", "edge", "audit", "user", "trunk", "route", "number", "apply", "doctor", "limit", "policy",
                              "rate", "spend", "phone", "extension", "extension-pool", "pool", "number-plan") or \
                    command[:2] in [["token", verb] for verb in ("create", "list", "revoke", "frozen", "thaw")]:
                token = server.demo["admin_token"] if words[1:] != ["me"] else token
            words = [ID.sub(lambda _: made(server, words), word) for word in words]
            done = run(words, server, token, folder)
            if words[:2] == ["token", "thaw"]:
                bad = "freeze.not_found" not in done.stdout  # nobody is frozen here
            elif words[0] == "doctor" or words[:2] == ["trunk", "test"]:
                bad = done.returncode not in (0, 1) or "checks" not in done.stdout  # nobody is at 192.0.2.7
            else:
                bad = done.returncode != 0
            if bad or (command != ["number", "check"] and not done.stdout and "delete" not in command
                                        and "revoke" not in command and "hangup" not in command and "free" not in command):
                wrong.append(f"{shlex.join(words)} -> {done.returncode}\n{done.stdout}{done.stderr}")
        assert not wrong, "\n".join(wrong)


def test_a_tenant_is_set_up_from_nothing_and_calls():
    """Trunk, number and route by the client, then a call: no --demo in it."""
    with Simulator() as carrier, Server("127.0.0.1:9") as server:
        admin, host_port = server.demo["admin_token"], carrier.sip.split(":")
        for words in (["route", "delete", "Everywhere"], ["trunk", "delete", "Demo carrier"],
                      ["number", "delete", "+6534567890"],
                      ["trunk", "create", "--name", "Sim", "--carrier", host_port[0], "--port", host_port[1]],
                      ["number", "create", "+6531234567", "--id", "main"],
                      ["route", "create", "--name", "All", "--trunk", "Sim"]):
            done = run(words, server, admin)
            assert done.returncode == 0, (words, done.stderr)
        placed = run(["call", "place", "--to", "+6591234567", "--provider-id", "main", "--user", server.demo["agentless_user_id"]],
                     server, server.demo["agentless_token"])
        assert placed.returncode == 0, placed.stderr
        conversation = json.loads(placed.stdout)["id"]
        server.in_state(conversation, "external", "connected")
        assert run(["trunk", "disable", "Sim"], server, admin).returncode == 0
        again = run(["call", "place", "--to", "+6591234567", "--validate-only", "--user", server.demo["agentless_user_id"]],
                    server, server.demo["agentless_token"])
        assert again.returncode == 1 and "route.trunk_inactive" in again.stderr + again.stdout, again
        run(["call", "hangup", conversation], server, admin)
        server.finished(conversation)


def test_limits_are_set_member_by_member():
    with Server("192.0.2.7:5060") as server:
        admin = server.demo["admin_token"]

        def limit(*words, status=0):
            done = run(["limit", *words], server, admin)
            assert done.returncode == status, (words, done.stdout, done.stderr)
            return json.loads(done.stdout) if done.stdout else done.stderr

        limit("set", "--calls-per-second", "20", "--channels", "100", "--same-number", "3/86400")
        limit("set", "--client", "*", "--channels", "10", "--wait-ms", "500")
        limit("set", "--client", "c1", "--calls-per-second", "5")
        limit("set", "--client", "*", "--channels", "0", "--max-duration", "7200", "--class", "A b=60,C=30")
        shown = limit("show")
        assert (shown["callsPerSecond"], shown["channels"], shown["maxDurationMs"]) == (20, 100, 7200000), shown
        assert shown["sameNumber"] == {"calls": 3, "periodSeconds": 86400}, shown
        assert [(one["id"], one["channels"], one["callsPerSecond"], one["waitMs"]) for one in shown["clients"]] == \
            [("*", 0, 0, 500), ("c1", 0, 5, 0)], shown
        assert shown["classes"] == [{"classification": "A b", "maxDurationMs": 60000},
                                    {"classification": "C", "maxDurationMs": 30000}], shown
        limit("set", "--same-number", "0")
        assert limit("show")["sameNumber"] == {"calls": 0, "periodSeconds": 0}
        for wrong in (["--same-number", "3"], ["--same-number", "x/1"], ["--class", "A"], ["--class", "=3"],
                      ["--channels", "-1"], ["--channels", "many"]):
            limit("set", *wrong, status=2)
        assert limit("show")["version"] == 5


def test_phones_and_extensions_change_hands():
    with Server("127.0.0.1:9") as server:
        def admin(*words, status=0):
            done = run(words, server, server.demo["admin_token"])
            assert done.returncode == status, (words, done.stdout, done.stderr)
            return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout + done.stderr

        phone = admin("phone", "create", "--name", "Desk", "--sip-uri", "sip:d@192.0.2.9", "--auth-user", "d", "--auth-password", "x")
        changed = admin("phone", "update", "Desk", "--description", "window")
        assert changed["sip"] == phone["sip"] and changed["site"] == phone["site"] and changed["description"] == "window", changed
        admin("extension-pool", "create", "20", "29", "--name", "Floor")
        assert admin("extension", "give", "21", "--user", server.demo["user_id"])["ownerType"] == "USER"
        assert admin("extension", "give", "21", "--phone", "Desk")["version"] == 2
        told = run(["extension", "give", "21"], server, server.demo["admin_token"])
        assert told.returncode == 2 and "--user or --phone" in told.stderr, told.stderr
        assert "in use" in json.dumps(admin("phone", "delete", "Desk", status=1))
        admin("extension", "free", "21")
        assert "nobody has this extension" in admin("extension", "free", "21", status=1)
        admin("phone", "delete", "Desk")
        admin("extension-pool", "delete", "Floor")
        admin("pool", "create", "+6531234570", "+6531234579", "--name", "Office", "--comments", "4711")
        assert admin("pool", "list")["entities"][0]["comments"] == "4711"
        admin("pool", "delete", "Office")
        assert run(["number-plan", "list"], server, server.demo["admin_token"]).stdout.strip() == "[]"


def test_a_refusal_ends_by_its_class():
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "call.json").write_text('{\n  "to": {"phoneNumber": "6591234567"}\n}')
        unknown = "019ab3c4-7d10-7000-8000-000000000001"
        cases = [
            (0, ["health"], {}),
            (1, ["call", "place", "--to", "6591234567"], {}),
            (1, ["request", "check", "call.json"], {}),
            (1, ["call", "get", unknown], {}),
            (1, ["number", "check", "+65 9123 456O"], {}),
            (2, ["call", "plaec"], {}),
            (2, ["call", "place"], {}),
            (2, ["call", "place", "--too", "+6591234567"], {}),
            (1, ["request", "check", "missing.json"], {}),
            (69, ["health"], {"RINGWRIGHT_URL": "http://127.0.0.1:9"}),
            (77, ["call", "list"], {"RINGWRIGHT_TOKEN": "rw_wrong"}),
            (77, ["user", "create", "--name", "x", "--email", "x@x.example"], {}),
        ]
        wrong = []
        for status, words, env in cases:
            done = run(words, server, folder=folder, **env)
            if done.returncode != status or (status and not done.stderr and words[:2] != ["number", "check"]):
                wrong.append(f"{shlex.join(words)} -> {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
        assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    main(globals())
