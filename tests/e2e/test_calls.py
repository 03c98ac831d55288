"""Calls between sipp's own telephones: carrier and station are sipp, the API is asked over HTTP."""
import threading
from concurrent.futures import ThreadPoolExecutor

from harness import Server, Simulator, Sipp, main, participant, until


def test_a_call_between_two_sipps_is_connected_and_hung_up():
    with Sipp() as carrier, Sipp() as station, Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        conversation = server.place()
        view = server.in_state(conversation, "external", "connected")
        assert participant(view, "user")["state"] == "connected", view
        listed = server.request("GET", "/api/v2/conversations/calls").json
        assert [one["id"] for one in listed["entities"]] == [conversation], listed
        answer = server.request("PATCH", f"/api/v2/conversations/calls/{conversation}", {"state": "disconnected"})
        assert answer.status in (200, 202), (answer.status, answer.body)
        view = server.finished(conversation)
        for one in view["participants"]:
            assert one["disconnectType"] == "client", one
        assert server.request("GET", "/api/v2/conversations/calls").json["entities"] == []


def test_the_carrier_hangs_up():
    with Sipp(scenario="uas_hangs_up.xml") as carrier, Sipp() as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        view = server.finished(server.place())
        assert participant(view, "external")["disconnectType"] == "endpoint", view
        assert participant(view, "user")["disconnectType"] == "peer", view


def test_over_tcp():
    with Sipp("-t", "t1") as carrier, Sipp() as station, \
            Server(f"{carrier.sip}/tcp", f"sip:dana@{station.sip}") as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect").status == 202
        server.finished(conversation)


def test_two_hundred_calls_at_once_over_two_workers():
    with Sipp() as carrier, Server(carrier.sip, workers=2) as server:
        calls = [server.place_agentless() for _ in range(200)]
        for conversation in calls:
            server.in_state(conversation, "external", "connected")
        assert server.request("GET", "/health", token="").json["liveCalls"] == 200
        for conversation in calls:
            assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                  token=server.demo["agentless_token"]).status == 202
        for conversation in calls:
            view = server.finished(conversation)
            assert participant(view, "external")["disconnectType"] == "client", view
        until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)


def test_a_stop_hangs_up_what_is_left():
    with Sipp("-m", "1") as carrier, Server(carrier.sip, settings=["server.drain_timeout_ms=200"]) as server:
        server.in_state(server.place_agentless(), "external", "connected")
        server.stop()
        assert server.child.returncode == 0, server.output()
        assert carrier.wait() == 0  # sipp ends well once its one call had its BYE


def test_an_idempotency_key_places_one_call():
    with Sipp() as carrier, Server(carrier.sip) as server:
        first = server.place_agentless(headers={"Idempotency-Key": "order-17"})
        again = server.place_agentless(headers={"Idempotency-Key": "order-17"})
        assert again == first
        other = server.request("POST", f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
                               {"to": {"phoneNumber": "+6581234567"}, "from": {"phoneNumber": "+6534567890"}},
                               token=server.demo["agentless_token"], headers={"Idempotency-Key": "order-17"})
        assert other.status == 409, (other.status, other.body)


def test_one_key_at_the_same_moment_on_both_workers_places_one_call():
    rounds, at_once = 50, 8
    with Simulator() as carrier, Server(carrier.sip, workers=2) as server, ThreadPoolExecutor(at_once) as pool:
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
        body = {"to": {"phoneNumber": "+6591239100"}, "from": {"phoneNumber": "+6534567890"}}
        start = threading.Barrier(at_once)

        def place(key):
            start.wait()
            return server.request("POST", path, body, token=server.demo["agentless_token"], headers={"Idempotency-Key": key})

        placed = set()
        for number in range(rounds):
            answers = list(pool.map(place, [f"round-{number}"] * at_once))
            assert [a.status for a in answers] == [200] * at_once, [(a.status, a.body) for a in answers]
            ids = {a.json["id"] for a in answers}
            assert len(ids) == 1, ids
            assert sum(a.headers.get("Idempotent-Replayed") != "true" for a in answers) == 1, "one of them placed it"
            placed |= ids
        for conversation in placed:
            server.finished(conversation)
        invites = {e["call_id"] for e in carrier.events() if e.get("event") == "invite"}
        assert len(placed) == len(invites) == rounds, (len(placed), len(invites))


main(globals())
