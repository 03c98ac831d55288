"""What a carrier wants, and gets: the settings of a trunk beyond its address, on the wire of a real call."""
import os
import pathlib
import re
import subprocess
import tempfile
import time

from harness import BUILD, Server, Simulator, Sipp, main, participant, until

BASES = "/api/v2/telephony/providers/edges/trunkbasesettings"
EXPLAIN = "/api/v2/telephony/providers/edges/outboundroutes/explain"


class Carrier(Sipp):
    """sipp, which writes down what it hears."""

    def __init__(self, *flags, **more):
        self.trace = pathlib.Path(tempfile.mkstemp(prefix="rw-sipp-heard-")[1])
        super().__init__(*flags, "-trace_msg", "-message_file", self.trace, "-message_overwrite", "true", **more)

    def heard(self, method=""):
        """The requests of that method, or all of them, as texts."""
        text = self.trace.read_text(errors="replace").replace("\r\n", "\n")
        parts = [part.split("\n\n", 1)[1] for part in re.split(r"^-{20,}[^\n]*\n", text, flags=re.M)
                 if "message received" in part[:80]]
        return [part for part in parts if re.match(rf"{method or '[A-Z]+'} sip:", part)]

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        self.trace.unlink(missing_ok=True)


def headers(message, name):
    return re.findall(rf"^{name}: (.*)$", message.split("\n\n", 1)[0], flags=re.M)


def configure(server, **settings):
    """The demo's trunk, with these members besides what it has."""
    admin = {"token": server.demo["admin_token"]}
    trunk = server.request("GET", BASES, **admin).json["entities"][0]
    body = {key: trunk[key] for key in ("name", "version", "sip", "identity", "answerTimeoutMs", "enabled")}
    for key, value in settings.items():
        body[key] = {**body[key], **value} if isinstance(value, dict) else value
    body["sip"].pop("hasPassword", None)
    answer = server.request("PUT", f"{BASES}/{trunk['id']}", body, **admin)
    assert answer.status == 200, answer.body
    return answer.json


def call_once(server):
    """A call of ours with a name for the caller."""
    answer = server.request("POST", f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
                            {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"}, "callerIdName": "Dana"},
                            token=server.demo["agentless_token"])
    assert answer.status == 200, answer.body
    conversation = answer.json["id"]
    server.in_state(conversation, "external", "connected")
    server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["agentless_token"])
    return server.finished(conversation)


def preview(server):
    answer = server.request("GET", EXPLAIN + "?to=%2B6591234567&from=%2B6534567890", token=server.demo["admin_token"])
    assert answer.status == 200, answer.body
    return answer.json["invite"].replace("\r\n", "\n")


def test_the_caller_is_named_as_the_trunk_says():
    with Carrier() as carrier, Server(carrier.sip) as server:
        call_once(server)
        plain = until("the first INVITE", lambda: carrier.heard("INVITE"))[0]
        assert plain.startswith(f"INVITE sip:+6591234567@{carrier.sip};transport=udp;user=phone SIP/2.0\n"), plain
        assert not re.search("^(P-|Privacy|Diversion)", plain, flags=re.M), plain
        configure(server, identity={"fromUser": "acme", "domain": "carrier.example", "header": "P-Asserted-Identity",
                                    "calledFormat": "digits", "headerFormat": "digits", "userPhone": False,
                                    "diversionNumber": "+6531234567"})
        shown = preview(server)
        call_once(server)
        account = carrier.heard("INVITE")[1]
        configure(server, identity={"fromUser": None, "privacy": "id", "header": "P-Asserted-Identity"})
        call_once(server)
        withheld = carrier.heard("INVITE")[2]
        ends = carrier.heard("BYE") + carrier.heard("ACK")
    for invite in (shown, account):
        assert invite.startswith(f"INVITE sip:6591234567@{carrier.sip};transport=udp SIP/2.0\n"), invite
        assert "<sip:acme@carrier.example>;tag=" in headers(invite, "From")[0], invite
        assert headers(invite, "P-Asserted-Identity") == ["<sip:6534567890@carrier.example>"], invite
        assert headers(invite, "Diversion") == ["<sip:6531234567@carrier.example>;reason=unconditional"], invite
        assert headers(invite, "Privacy") == [], invite
    assert headers(account, "From")[0].startswith('"Dana" <sip:acme@'), account
    assert headers(withheld, "From")[0].startswith('"Anonymous" <sip:anonymous@anonymous.invalid>;tag='), withheld
    assert headers(withheld, "Privacy") == ["id"], withheld
    assert headers(withheld, "P-Asserted-Identity") == ["<sip:6534567890@carrier.example>"], withheld
    assert len(ends) == 6 and not any("P-Asserted" in one or "Privacy" in one for one in ends), ends
    assert not any(secret in withheld for secret in ("Dana", "+6534567890", "acme")), withheld


def test_the_client_sets_and_shows_it():
    with Carrier() as carrier, Server(carrier.sip) as server:
        def client(*words):
            env = {**os.environ, "RINGWRIGHT_URL": server.base_url, "RINGWRIGHT_TOKEN": server.demo["admin_token"]}
            return subprocess.run([BUILD / "ringwright", *words], env=env, check=True, text=True, capture_output=True).stdout
        name = server.request("GET", BASES, token=server.demo["admin_token"]).json["entities"][0]["name"]
        client("trunk", "update", name, "--set", "identity.fromUser=\"4711\",identity.header=P-Asserted-Identity")
        shown = client("trunk", "get", name)
        assert "4711" in shown and "P-Asserted-Identity" in shown, shown
        invite = client("route", "explain", "+6591234567", "--from", "+6534567890")
        assert "From: <sip:4711@" in invite and "P-Asserted-Identity: <sip:+6534567890@" in invite, invite


def test_a_carrier_that_rings_reliably():
    with Carrier("-m", "1", scenario="uas_reliable.xml") as carrier, Server(carrier.sip) as server:
        configure(server, sip={"reliableProvisional": "supported"})
        assert "\nSupported: 100rel\n" in preview(server), preview(server)
        view = call_once(server)
        assert carrier.wait() == 0, carrier.output()[-3000:]  # sipp has judged each PRACK
        assert participant(view, "external")["endedReason"] == "hung_up", view
        assert len(carrier.heard("PRACK")) == 2, carrier.heard()


def test_a_carrier_with_a_session_timer():
    """Half of the shortest interval there is has to pass: 45 s. Beside sipp the simulator waits for its refresh."""
    with Carrier("-m", "1", scenario="uas_session_timer.xml") as carrier, Simulator("--no-media") as sim, \
            Server(carrier.sip) as server, Server(sim.sip) as other:
        for one, seconds in ((server, 120), (other, 90)):
            configure(one, sip={"sessionExpiresS": seconds})
            assert f"\nSession-Expires: {seconds}\n" in preview(one), preview(one)
        began = time.monotonic()
        simulated = other.place_agentless("+6591239718")
        conversation = server.place_agentless()
        ended = participant(server.finished(conversation, 120), "external")
        assert carrier.wait() == 0, carrier.output()[-3000:]
        assert 44 < time.monotonic() - began < 55 and ended["endedReason"] == "hung_up", ended
        until("the refresh at the simulator", lambda: [e for e in sim.events() if e.get("event") == "refreshed"])
        assert participant(other.call(simulated), "external")["state"] == "connected", other.call(simulated)


def test_the_simulator_rings_reliably():
    with Simulator() as sim, Server(sim.sip) as server:
        refused = participant(server.finished(server.place_agentless("+6591239717")), "external")
        assert [r["code"] for r in refused["disconnectReasons"]] == [421], refused
        for setting in ("supported", "required"):
            configure(server, sip={"reliableProvisional": setting})
            conversation = server.place_agentless("+6591239717")
            server.in_state(conversation, "external", "connected")
            server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["agentless_token"])
            server.finished(conversation)
        assert [e["code"] for e in sim.events() if e.get("event") == "prack"] == [200, 200], sim.events()


main(globals())
