"""Calls that come in from a trunk: sipp is the carrier that calls, the simulator the user's telephone."""
import subprocess
import tempfile

from harness import SOURCE, Server, Simulator, free_port, main, participant, until

NUMBER = "+6534567890"  # of the demo


def call_in(server, number=NUMBER, scenario=None, *flags, transport="u1"):
    """One call of sipp's to the server; its exit status: 0 when it went as the scenario says."""
    source = ["-sf", SOURCE / "tests/e2e/scenarios" / scenario] if scenario else ["-sn", "uac", "-d", "300"]
    with tempfile.TemporaryDirectory(prefix="rw-sipp-") as folder:
        done = subprocess.run(["sipp", *map(str, source), "-i", "127.0.0.1", "-p", str(free_port()), "-s", number, "-m", "1",
                               "-nostdin", "-timeout", "30s", "-timeout_error", "-t", transport, *flags,
                               f"127.0.0.1:{(server.data_dir / 'sip_port').read_text()}"],
                              cwd=folder, env={"TERM": "dumb"}, capture_output=True, check=False)
    return done.returncode


def log_has(server, text):
    return until(f"{text} in the log", lambda: text in server.output())


def for_user(server):
    server.change_trunk(incoming={"to": "user", "userId": server.demo["user_id"]})


def conversation_of(station):
    """Of the first call that rang there: its Call-ID tells."""
    invite = until("the INVITE", lambda: next((e for e in station.events() if e["event"] == "invite"), None))
    return invite["call_id"][3:39]


def test_refused_unless_the_trunk_says_otherwise():
    with Simulator("--station") as station, Server("127.0.0.1:9", f"sip:ann@{station.sip}") as server:
        assert call_in(server) != 0
        log_has(server, "why=refused")
        assert not [e for e in station.events() if e["event"] == "invite"]


def test_a_call_for_a_user():
    with Simulator("--station") as station, Server("127.0.0.1:9", f"sip:ann@{station.sip}") as server:
        for_user(server)
        for transport in ("u1", "t1"):
            assert call_in(server, transport=transport) == 0
        assert call_in(server, number=NUMBER[1:]) == 0  # as bare digits
        until("every BYE", lambda: sum(e["event"] == "ended" for e in station.events()) == 3)
        assert call_in(server, number="+6590000000") != 0  # a number that is not ours
        log_has(server, "why=no_number")


def test_what_is_told_of_it():
    with Simulator("--station") as station, Server("127.0.0.1:9", f"sip:ann9100@{station.sip}") as server:
        for_user(server)
        # the user hangs up first: sipp's own scenario wants to be the one, and ends in an error
        call_in(server)
        view = server.finished(conversation_of(station))
        external, user = participant(view, "external"), participant(view, "user")
        assert external["direction"] == user["direction"] == "inbound", view
        assert external["ani"] == "sipp" and external["dnis"] == NUMBER and external["address"] == "sipp", view
        assert external["connectedTime"] and user["connectedTime"] and user["disconnectType"] == "endpoint", view
        assert external["disconnectType"] == "peer", view


def test_the_user_does_not_take_it():
    for digits, code in (("9486", "busy"), ("9603", "declined"), ("9700", "no_answer")):
        with Simulator("--station") as station, \
                Server("127.0.0.1:9", f"sip:ann{digits}@{station.sip}", settings=("sip.station_answer_timeout_ms=300",)) as server:
            for_user(server)
            assert call_in(server) != 0
            view = server.finished(conversation_of(station))
            assert view["endedReason"] == code, view


def test_the_caller_gives_up():
    with Simulator("--station") as station, Server("127.0.0.1:9", f"sip:ann9700@{station.sip}") as server:
        for_user(server)
        assert call_in(server, NUMBER, "uac_gives_up.xml") == 0
        until("the CANCEL", lambda: any(e["event"] == "cancelled" for e in station.events()))
        view = server.finished(conversation_of(station))
        assert view["endedReason"] == "cancelled" and participant(view, "external")["disconnectType"] == "endpoint", view


def test_channels_hold_them():
    with Simulator("--station", "--no-media") as station, Server("127.0.0.1:9", f"sip:ann9000@{station.sip}", workers=2) as server:
        for_user(server)
        server.change_trunk(limits={"channels": 3})
        assert call_in(server, NUMBER, None, "-r", "100", "-m", "9", "-d", "1500") != 0  # six of them were refused
        assert sum(e["event"] == "invite" for e in station.events()) == 3
        log_has(server, "why=limit.channels")
        until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)
        metrics = server.telephony("GET", f"/trunks/{server.demo['trunk_id']}/metrics")
        assert metrics["calls"] == {"inboundCallCount": 0, "outboundCallCount": 0}, metrics
        assert call_in(server) == 0


def test_many_over_several_workers():
    with Simulator("--station", "--no-media") as station, \
            Server("127.0.0.1:9", f"sip:ann9000@{station.sip}", workers=3) as server:
        for_user(server)
        assert call_in(server, NUMBER, None, "-r", "50", "-m", "200") == 0
        until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)


if __name__ == "__main__":
    main(globals())
