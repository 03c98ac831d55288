"""Two carriers: what makes a call ask the second one, and what does not."""
import json
import os
import shutil
import signal
import subprocess
import tempfile

from harness import BUILD, Server, Simulator, Sipp, free_port, main, participant, until

OVERLOADED, BUSY, SILENT, RINGS_FOR_EVER = "+6591239503", "+6591239486", "+6591239701", "+6591239700"


def external(view):
    return participant(view, "external")


def trunks(view):
    return [(one["trunkName"], one.get("endedReason")) for one in external(view).get("attempts", [])]


def hang_up(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                            token=server.demo["agentless_token"])
    assert answer.status == 202, (answer.status, answer.body)


def answered_by_the_second(server, conversation, reason):
    view = server.in_state(conversation, "external", "connected")
    assert trunks(view) == [("Demo carrier", reason), ("Carrier 2", None)], view
    hang_up(server, conversation)
    view = server.finished(conversation)
    assert view["trunksTried"] == 2 and view["disconnectType"] == "client", view
    assert trunks(view) == [("Demo carrier", reason), ("Carrier 2", "hung_up")], view


def test_the_first_one_is_overloaded():
    with Simulator("--no-media") as first, Sipp() as second, Simulator("--station", "--no-media") as station, \
            Server(first.sip, f"sip:dana@{station.sip}", further_carriers=[second.sip]) as server:
        answered_by_the_second(server, server.place_agentless(OVERLOADED), "carrier_congested")
        conversation = server.place(OVERLOADED)  # the same with a telephone that waits meanwhile
        view = server.in_state(conversation, "external", "connected")
        assert participant(view, "user")["state"] == "connected", view
        assert "attempts" not in participant(view, "user"), view
        assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect").status == 202
        server.finished(conversation)


def test_the_first_one_says_nothing():
    with Simulator("--no-media") as first, Sipp() as second, \
            Server(first.sip, further_carriers=[second.sip]) as server:
        answered_by_the_second(server, server.place_agentless(SILENT), "carrier_silent")


def test_nobody_listens_at_the_first_one():
    with Sipp() as second, Server(f"127.0.0.1:{free_port()}/tcp", further_carriers=[second.sip]) as server:
        answered_by_the_second(server, server.place_agentless(), "carrier_unreachable")


def test_a_busy_telephone_is_busy_everywhere():
    with Simulator("--no-media") as first, Simulator("--no-media") as second, \
            Server(first.sip, further_carriers=[second.sip]) as server:
        view = server.finished(server.place_agentless(BUSY))
        assert external(view)["endedReason"] == "busy", view
        assert "trunksTried" not in view and trunks(view) == [], view
        assert not [event for event in second.events() if event.get("event") == "invite"]


def test_all_fail_and_the_last_one_counts():
    with Simulator("--no-media") as first, Simulator("--no-media") as second, \
            Server(first.sip, further_carriers=[second.sip, f"127.0.0.1:{free_port()}/tcp"]) as server:
        view = server.finished(server.place_agentless(OVERLOADED))
        assert view["trunksTried"] == 3 and view["endedReason"] == "carrier_unreachable", view
        assert trunks(view) == [("Demo carrier", "carrier_congested"), ("Carrier 2", "carrier_congested"),
                                ("Carrier 3", "carrier_unreachable")], view


def test_a_hang_up_during_the_second_attempt():
    with Simulator("--no-media") as second, \
            Server(f"127.0.0.1:{free_port()}/tcp", further_carriers=[second.sip, second.sip]) as server:
        conversation = server.place_agentless(RINGS_FOR_EVER)
        server.in_state(conversation, "external", "alerting")
        hang_up(server, conversation)
        view = server.finished(conversation)
        assert view["disconnectType"] == "client" and view["trunksTried"] == 2, view
        until("the CANCEL", lambda: [e for e in second.events() if e.get("event") == "cancelled"])
        assert len([e for e in second.events() if e.get("event") == "invite"]) == 1, second.events()


def test_kill_during_the_second_attempt():
    data_dir = tempfile.mkdtemp(prefix="rw-failover-")
    with Simulator("--no-media") as second:
        carriers = {"carrier": f"127.0.0.1:{free_port()}/tcp", "further_carriers": [second.sip], "data_dir": data_dir}
        with Server(**carriers) as server:
            conversation = server.place_agentless(RINGS_FOR_EVER)
            server.in_state(conversation, "external", "alerting")
            server.stop(signal.SIGKILL)
        with Server(**carriers) as server:
            view = server.finished(conversation)
            assert view["endedReason"] == "node_lost" and view["trunksTried"] == 2, view
            assert trunks(view) == [("Demo carrier", "carrier_unreachable"), ("Carrier 2", "node_lost")], view
            until("the CANCEL", lambda: [e for e in second.events() if e.get("event") == "cancelled"])
    shutil.rmtree(data_dir, ignore_errors=True)


def test_the_log_tells_each_attempt():
    with Simulator("--no-media") as first, Simulator("--no-media") as second, \
            Server(first.sip, further_carriers=[second.sip]) as server:
        conversation = server.place_agentless(OVERLOADED)
        server.finished(conversation)
        events = server.request("GET", f"/api/v2/ringwright/events?after=0&conversationId={conversation}").json["entities"]
        told = [(e["type"], e.get("data", {}).get("trunkName"), e.get("data", {}).get("attempt")) for e in events]
        assert told == [("created", None, None), ("dialing", "Demo carrier", 1), ("leg_ended", None, None),
                        ("dialing", "Carrier 2", 2), ("leg_ended", None, None), ("ended", None, None)], told
        assert events[-1]["data"]["trunksTried"] == 2, events[-1]


def test_the_route_is_explained():
    with Simulator("--no-media") as first, Server(first.sip, further_carriers=["192.0.2.7:5070"]) as server:
        def explain(*words):
            env = {**os.environ, "RINGWRIGHT_URL": server.base_url, "RINGWRIGHT_TOKEN": server.demo["admin_token"]}
            ran = subprocess.run([BUILD / "ringwright", "route", "explain", *words, "--json"], env=env, check=False,
                                 capture_output=True, text=True)
            return ran.returncode, json.loads(ran.stdout)

        status, told = explain("+65 9123 4567", "--from", "+6534567890")
        assert status == 0 and told["placeable"], told
        assert told["to"]["number"] == "+6591234567" and told["callerId"]["chosenBy"] == "from", told
        assert [t["name"] for t in told["trunks"]] == ["Demo carrier", "Carrier 2"], told
        assert [r["why"] for r in told["routes"]] == ["asked first", "asked second"], told
        assert told["invite"].startswith(f"INVITE sip:+6591234567@{first.sip};"), told["invite"]
        assert "uthorization" not in told["invite"] and "\r\nFrom: <sip:+6534567890@" in told["invite"], told["invite"]
        status, told = explain("+65 9123 456")
        assert status == 1 and not told["placeable"] and told["errors"][0]["code"].startswith("address."), told
        answer = server.request("GET", "/api/v2/telephony/providers/edges/outboundroutes/explain?to=+6591234567&from=+442071234567",
                                token=server.demo["admin_token"]).json  # a plus as people write it
        assert answer["to"]["number"] == "+6591234567" and not answer["placeable"], answer
        assert [e["code"] for e in answer["errors"]] == ["caller.not_owned"], answer
        assert [r["taken"] for r in answer["routes"]] == [True, True] and answer["trunks"] == [], answer
        answer = server.request("GET", "/api/v2/telephony/providers/edges/outboundroutes/explain?to=+6591234567")
        assert answer.status == 403 and answer.json["errors"][0]["code"] == "auth.missing_permission", answer.body
        assert not [e for e in first.events() if e.get("event") == "invite"]


main(globals())
