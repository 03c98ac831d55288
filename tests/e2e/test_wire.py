"""What the wire can do to calls: bad SIP from strangers, telephones and carriers that are not there, sound that
must pass in both directions before and after the answer."""
import random
import re
import signal
import socket

from harness import Server, Simulator, main, participant, until


def test_bad_sip_is_counted_and_told_once_a_second_a_source():
    wild = random.Random(4475)
    with Simulator() as carrier, Server(carrier.sip) as server:
        host, port = server.ready["sip"].rsplit(":", 1)
        strangers = []
        for source in ("127.0.0.21", "127.0.0.22", "127.0.0.23"):
            stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            stranger.bind((source, 0))
            strangers.append(stranger)
        before = server.place_agentless()
        server.in_state(before, "external", "connected")
        for _ in range(200):
            for stranger in strangers:
                stranger.sendto(b"INVITE " + wild.randbytes(60) + b"\r\n\r\n", (host, int(port)))
                stranger.sendto(b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                                b"To: <sip:c@d>\r\nCall-ID: stranger\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
                                b"Content-Length: 0\r\n\r\n", (host, int(port)))
        again = server.place_agentless()
        server.in_state(again, "external", "connected")
        for conversation in (before, again):
            assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                  token=server.demo["agentless_token"]).status == 202
            server.finished(conversation)
        for stranger in strangers:
            stranger.setblocking(False)
            try:
                raise AssertionError(f"a stranger was answered: {stranger.recv(4096)!r}")
            except BlockingIOError:
                stranger.close()
        server.stop()
        log = server.output()
        seconds = {}
        for line in log.splitlines():
            if " sip.stranger " in line:
                at = (line[:19], re.search(r"source=(\S+)", line)[1])
                seconds[at] = seconds.get(at, 0) + 1
        # a second of the log may touch two of the limit
        assert seconds and max(seconds.values()) <= 2, seconds
        totals = [dict(pair.split("=") for pair in line.split(" sip.totals ", 1)[1].split())
                  for line in log.splitlines() if " sip.totals " in line]
        assert len(totals) == 2, log[-3000:]
        assert sum(int(t["from_strangers"]) for t in totals) > 600, totals


# user part of the station's address; disconnectType, SIP status, Q.850, reason, said by
STATIONS = [
    ("9486", "endpoint", 486, 17, "busy", "station"),
    ("9603", "endpoint", 603, 21, "declined", "station"),
    ("9404", "error", 404, 1, "station_not_found", "station"),
    ("9500", "error", 500, 41, "station_failure", "station"),
    ("9700", "system", 487, None, "no_answer", "server"),
    ("gone", "transport.failure", None, None, "station_unreachable", "server"),
]


def test_each_ending_of_a_station_says_why_and_who():
    with Simulator() as carrier, Simulator("--station") as phones, \
            Server(carrier.sip, settings=["sip.station_answer_timeout_ms=3000"]) as server:
        admin = server.demo["admin_token"]
        client = server.request("POST", "/oauth/token", "grant_type=client_credentials", token="", headers={
            "Content-Type": "application/x-www-form-urlencoded", "Authorization": basic(server)}).json["access_token"]
        placed = []
        for name, *expected in STATIONS:
            address = f"sip:{name}@127.0.0.1:9" if name == "gone" else f"sip:{name}@{phones.sip}"
            user = server.request("POST", "/api/v2/users", {"name": name, "email": f"u{name}@x.example"}, token=admin)
            assert user.status == 200, user.body
            made = server.request("POST", "/api/v2/stations", {"name": name, "sipUri": address, "userId": user.json["id"]}, token=admin)
            assert made.status == 200, made.body
            call = server.request("POST", f"/api/v2/conversations/calls/user/{user.json['id']}",
                                  {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"}}, token=client)
            assert call.status == 200, call.body
            placed.append((name, expected, call.json["id"]))
        wrong = []
        for name, expected, conversation in placed:
            def over():
                view = server.request("GET", f"/api/v2/conversations/calls/{conversation}", token=admin).json
                return view if view.get("endTime") else None
            view = until(f"the end of {name}", over)
            one = participant(view, "user")
            codes = {reason["type"]: reason["code"] for reason in one.get("disconnectReasons", [])}
            got = [one["disconnectType"], codes.get("sip"), codes.get("q850"), one["endedReason"], one["endedBy"]]
            if got != expected:
                wrong.append(f"{name}: {got}, not {expected}")
            if participant(view, "external").get("connectedTime"):
                wrong.append(f"{name}: the carrier was called")
        assert not wrong, "\n".join(wrong)
        assert not [e for e in carrier.events() if e.get("event") == "invite"], "the carrier was called"


def basic(server):
    import base64
    pair = f"{server.demo['client_id']}:{server.demo['client_secret']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def test_a_telephone_that_vanished_ends_the_call():
    with Simulator() as carrier, Simulator("--station") as phone, \
            Server(carrier.sip, f"sip:dana@{phone.sip}", settings=["sip.check_interval_s=1"]) as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        phone.stop(signal.SIGKILL)
        view = server.finished(conversation)
        one, other = participant(view, "user"), participant(view, "external")
        assert (one["disconnectType"], one["endedReason"], one["endedBy"]) == \
            ("transport.failure", "station_gone", "server"), one
        assert other["disconnectType"] == "peer", other
        until("the carrier's BYE", lambda: [e for e in carrier.events() if e.get("event") == "bye_received"])


def heard(simulator, name, hz=None):
    return [e for e in simulator.events() if e.get("event") == name and (hz is None or abs(e["hz"] - hz) < 20)]


def test_sound_passes_both_ways_and_an_announcement_before_the_answer():
    with Simulator() as carrier, Simulator("--station") as phone, Server(carrier.sip, f"sip:dana@{phone.sip}") as server:
        conversation = server.place("+6591239704")  # an announcement of 620 Hz for three seconds, then the answer
        server.in_state(conversation, "user", "connected")
        until("the announcement at the station", lambda: heard(phone, "tone_heard", 620))
        assert participant(server.call(conversation), "external")["state"] != "connected", "heard after the answer only"
        server.in_state(conversation, "external", "connected")
        until("the station's tone at the carrier", lambda: heard(carrier, "tone_heard", 440))
        until("the carrier's tone at the station", lambda: heard(phone, "tone_heard", 1004))
        assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect").status == 202
        server.finished(conversation)


def test_digits_pass_as_telephone_events():
    with Simulator() as carrier, Simulator("--station") as phone, Server(carrier.sip, f"sip:dana@{phone.sip}") as server:
        conversation = server.place("+6591239740")  # 1 5 9 # as telephone events, from the carrier
        until("the digits at the station", lambda: "".join(e["digit"] for e in phone.events() if "digit" in e) == "159#")
        server.request("POST", f"/api/v2/conversations/{conversation}/disconnect")
        server.finished(conversation)


main(globals())
