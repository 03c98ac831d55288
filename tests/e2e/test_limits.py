"""Limits over both workers: what the carrier sees of them, who waits, and what outlasts a restart."""
import http.client
import json
import shutil
import signal
import tempfile
import threading
import time

from harness import PATIENCE_S, Server, Simulator, Sipp, main, participant, until

AT_ONCE = 40


def order(server, to="+6591234567"):
    return (f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
            {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"}})


def post(server, to="+6591234567"):
    path, body = order(server, to)
    return server.request("POST", path, body, token=server.demo["agentless_token"])


def hang_up(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["admin_token"])
    assert answer.status == 202, (answer.status, answer.body)


def at_once(count, what):
    """The results of `what`, called in as many threads."""
    results = [None] * count

    def run(i):
        results[i] = what(i)
    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def limits(server):
    return server.telephony("GET", "/limits")


def set_limits(server, **what):
    return server.telephony("PUT", "/limits", {"version": limits(server)["version"], **what})


def invites(carrier):
    return [event for event in carrier.events() if event.get("event") == "invite"]


def test_channels_of_a_trunk_over_all_workers():
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip, workers=2) as server:
        server.change_trunk(limits={"channels": 7})
        answers = at_once(AT_ONCE, lambda _: post(server))
        placed = [answer.json["id"] for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status == 429]
        assert len(placed) == 7 and len(refused) == AT_ONCE - 7, [answer.status for answer in answers]
        fault = refused[0].json["errors"][0]
        assert fault["code"] == "limit.channels" and "Demo carrier: 7 of 7 channels" in fault["found"], fault
        assert all("Retry-After" not in answer.headers for answer in refused)
        until("seven at the carrier", lambda: len(invites(carrier)) == 7)
        counter = limits(server)["counters"]["trunks"][0]
        assert (counter["calls"], counter["channels"], counter["refused"]) == (7, 7, AT_ONCE - 7), counter
        for conversation in placed:
            hang_up(server, conversation)
            server.finished(conversation)
        assert limits(server)["counters"]["trunks"][0]["calls"] == 0
        assert post(server).status == 200


def test_a_full_trunk_is_passed_over():
    with Simulator("--no-media") as first, Simulator("--no-media") as second, \
            Server(first.sip, further_carriers=[second.sip]) as server:
        server.change_trunk(limits={"channels": 2})
        answers = at_once(6, lambda _: post(server))
        assert [answer.status for answer in answers] == [200] * 6
        until("two and four", lambda: (len(invites(first)), len(invites(second))) == (2, 4))
        # a carrier that fails has its channel free while the next one is asked
        for answer in answers:
            hang_up(server, answer.json["id"])
            server.finished(answer.json["id"])
        calls = [post(server, "+6591239503").json["id"] for _ in range(3)]
        for conversation in calls:
            server.finished(conversation)
        assert [one["calls"] for one in limits(server)["counters"]["trunks"]] == [0, 0]


def test_invites_keep_their_distance():
    with Simulator("--no-media") as carrier, Server(carrier.sip, workers=2) as server:
        server.change_trunk(limits={"callsPerSecond": 20, "burst": 1, "waitMs": 20000})
        began = time.monotonic()
        answers = at_once(AT_ONCE, lambda _: post(server))
        took_s = time.monotonic() - began
        assert all(answer.status == 200 for answer in answers), [answer.status for answer in answers]
        assert took_s > (AT_ONCE - 1) / 20 * 0.99, took_s
        times = sorted(event["t_ms"] for event in until("all", lambda: (len(invites(carrier)) == AT_ONCE) and
                                                        invites(carrier)))
        for i in range(AT_ONCE - 20):  # in no second more than 20 and one for the clocks
            assert times[i + 20] - times[i] > 900, times


def test_waits_its_turn_and_in_vain():
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip, workers=2) as server:
        set_limits(server, channels=1, waitMs=10000)
        first = post(server).json["id"]
        waiting = []
        threads = []
        for i in range(3):  # one after the other, so that it is known who came first
            thread = threading.Thread(target=lambda i=i: waiting.append((i, post(server))))
            thread.start()
            threads.append(thread)
            until("it waits", lambda i=i: limits(server)["counters"]["tenant"]["waiting"] == i + 1)
        up = first
        for i in range(3):
            hang_up(server, up)
            until("the next one", lambda i=i: len(waiting) == i + 1)
            number, answer = waiting[i]
            assert number == i and answer.status == 200, (number, answer.body)
            up = answer.json["id"]
        for thread in threads:
            thread.join()
        set_limits(server, channels=1, waitMs=200)
        answer = post(server)
        assert answer.status == 429, answer.body
        assert "waited" in answer.json["errors"][0]["message"], answer.json


def test_nobody_waits_any_more():
    """A client that goes away while its call waits gets none."""
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip, workers=1) as server:
        set_limits(server, channels=1, waitMs=20000)
        first = post(server).json["id"]
        path, body = order(server)
        gone = http.client.HTTPConnection(*server.address, timeout=PATIENCE_S)
        gone.request("POST", path, body=json.dumps(body), headers={
            "Authorization": f"Bearer {server.demo['agentless_token']}", "Content-Type": "application/json"})
        until("it waits", lambda: limits(server)["counters"]["tenant"]["waiting"] == 1)
        gone.close()
        hang_up(server, first)
        until("nobody waits", lambda: limits(server)["counters"]["tenant"]["waiting"] == 0)
        until("all is free", lambda: limits(server)["counters"]["tenant"]["calls"] == 0)
        assert len(invites(carrier)) == 1
        assert post(server).status == 200


def test_stops_while_calls_wait():
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip, workers=2) as server:
        set_limits(server, channels=1, waitMs=30000)
        assert post(server).status == 200
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(post(server))) for _ in range(4)]
        for thread in threads:
            thread.start()
        until("four wait", lambda: limits(server)["counters"]["tenant"]["waiting"] == 4)
        server.child.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert [answer.status for answer in answers] == [503] * 4, [answer.body for answer in answers]
        assert answers[0].json["errors"][0]["code"] == "server.draining"
        assert server.wait() == 0


def test_same_number_after_a_crash():
    folder = tempfile.mkdtemp(prefix="rw-limits-")
    with Simulator("--no-media") as carrier:
        with Server(carrier.sip, data_dir=folder) as server:
            set_limits(server, sameNumber={"calls": 2, "periodSeconds": 3600})
            assert [post(server).status for _ in range(2)] == [200, 200]
            answer = post(server)
            assert answer.status == 429 and answer.json["errors"][0]["code"] == "limit.same_number", answer.body
            assert post(server, "+6591234568").status == 200
            server.stop(signal.SIGKILL)
        with Server(carrier.sip, data_dir=folder) as server:
            counters = limits(server)["counters"]["tenant"]
            assert counters["calls"] == 0 and counters["admitted"] == 0, counters  # what was up is closed
            answer = post(server)
            assert answer.status == 429 and answer.json["errors"][0]["code"] == "limit.same_number", answer.body
            assert [post(server, "+6591234568").status for _ in range(2)] == [200, 429]
    shutil.rmtree(folder, ignore_errors=True)


def ended_as(server, conversation, reason):
    view = server.finished(conversation)
    assert participant(view, "external")["endedReason"] == reason, view


def test_the_longest_call():
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip) as server:
        server.change_trunk(limits={"maxDurationMs": 300})
        ended_as(server, post(server).json["id"], "max_duration")
        server.change_trunk(limits={"maxDurationMs": 0})
        site = server.telephony("GET", "/sites")["entities"][0]["id"]
        server.telephony("PUT", f"/sites/{site}/numberplans", [
            {"name": "Singapore", "matchType": "numberList", "numbers": [{"start": "+6590000000", "end": "+6599999999"}], "classification": "Mobile"}])
        set_limits(server, classes=[{"classification": "Mobile", "maxDurationMs": 1000}])
        began = time.monotonic()
        ended_as(server, post(server).json["id"], "max_duration")
        assert time.monotonic() - began >= 1
        set_limits(server)
        conversation = post(server).json["id"]
        server.in_state(conversation, "external", "connected")
        time.sleep(1.2)  # past what the class allowed before
        assert participant(server.call(conversation), "external")["state"] == "connected"
        hang_up(server, conversation)
        ended_as(server, conversation, "hung_up")


def test_a_station_waits_for_the_trunks_token():
    with Simulator("--no-media") as carrier, Simulator("--station", "--no-media", "--answer-ms", "0") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        server.change_trunk(limits={"callsPerSecond": 2, "burst": 1})
        conversations = [server.place() for _ in range(3)]
        for conversation in conversations[:3]:
            server.in_state(conversation, "external", "connected")
        times = sorted(event["t_ms"] for event in invites(carrier))
        assert len(times) == 3 and times[2] - times[0] >= 980, times


def test_emergency_numbers_pass_nowhere():
    """Whatever limits and callers there are: refused before anybody is asked, and counted nowhere."""
    with Sipp() as carrier, Server(carrier.sip, settings=["address.region=SG"]) as server:
        for number in ("995", "999", "+65995", "112", "tel:995"):
            for path, token in ((order(server)[0], "agentless_token"), ("/api/v2/conversations/calls", "user_token")):
                for query in ("", "?validateOnly=true"):
                    for body in ({"to": {"phoneNumber": number}}, {"phoneNumber": number}):
                        answer = server.request("POST", path + query, body, token=server.demo[token])
                        assert answer.status in (400, 403), (number, path, answer.status, answer.body)
        assert limits(server)["counters"]["tenant"]["admitted"] == 0


if __name__ == "__main__":
    main(globals())
