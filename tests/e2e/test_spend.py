"""A stolen token: what it can spend is bounded, however many calls it places at once, through a crash too."""
import concurrent.futures
import math
import pathlib
import shutil
import signal
import sqlite3
import tempfile

from harness import Server, Simulator, main, until

EDGES = "/api/v2/telephony/providers/edges"
# 0.10 a second, paid by the second; a slice of six seconds costs 0.60
RATES = "prefix,rate_per_minute,connect_fee,first_s,next_s\n+65,6.00,0,1,1\n+44,0.60\n"
SLICE, PER_SECOND = 0.60, 0.10


def set_up(server, limit, scope="user", **more):
    answer = server.request("PUT", EDGES + "/rates", RATES, token=server.demo["admin_token"],
                            headers={"Content-Type": "text/csv"})
    assert answer.status == 200, answer.body
    server.telephony("PUT", "/spending", {"version": 0, "sliceSeconds": 6, "caps": [
        {"scope": scope, "period": "month", "limit": limit}], **more})


def post(server, to="+6581234567"):
    body = {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"}}
    path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
    return server.request("POST", path, body, token=server.demo["agentless_token"])


def account(server):
    accounts = server.telephony("GET", "/spending")["accounts"]
    assert len(accounts) == 1, accounts
    return {name: float(accounts[0][name]) for name in ("limit", "spent", "held", "left")}


def carriers_bill(carrier):
    """What the carrier saw: from its 200 to the BYE that it read, by begun seconds."""
    answered, bill = {}, 0.0
    for event in carrier.events():
        if event.get("event") == "answered":
            answered[event["call_id"]] = event["t_ms"]
        if event.get("event") == "bye_received":
            bill += math.ceil((event["t_ms"] - answered.pop(event["call_id"])) / 1000) * PER_SECOND
    assert not answered, answered
    return bill


def test_sixty_calls_at_once_spend_no_more_than_the_cap_and_a_slice():
    with Simulator("--no-media", "--ring-ms", "0", "--answer-ms", "0") as carrier, \
            Server(carrier.sip, workers=4) as server:
        set_up(server, "3.00")
        placed = []
        with concurrent.futures.ThreadPoolExecutor(60) as crowd:
            for round_ in range(4):  # as one that does not give up
                for answer in crowd.map(lambda _: post(server), range(60)):
                    assert answer.status in (200, 429), answer.body
                    if answer.status == 200:
                        placed.append(answer.json["id"])
                    else:
                        assert "spend.exhausted" in [fault["code"] for fault in answer.json["errors"]], answer.body
                        assert "Retry-After" not in answer.headers
                if round_ == 0:
                    assert len(placed) == 5, placed  # 0.60 each of 3.00: not one more
        assert account(server)["left"] >= -1e-9
        for conversation in placed:
            view = server.finished(conversation)
            external = [one for one in view["participants"] if one["purpose"] == "external"][0]
            assert external["endedReason"] == "spend_exhausted", external
        until("all to be given back", lambda: account(server)["held"] == 0)
        end, bill = account(server), until("the carrier's bill", lambda: carriers_bill(carrier))
        print(f"{len(placed)} calls, cap 3.00, our account {end['spent']:.2f}, the carrier's bill {bill:.2f}")
        assert end["spent"] <= 3.00 + 1e-9, end
        assert bill <= 3.00 + SLICE + 1e-9, bill
        assert bill >= 2.00, "hardly anything was spent: the test tests nothing"
        assert "spend.warned" in server.output() and "spend.refused" in server.output()
        audit = server.request("GET", "/api/v2/ringwright/audit?pageSize=100", token=server.demo["admin_token"])
        assert b"spend.warned" in audit.body, audit.body


def test_what_was_taken_stays_taken_through_a_crash():
    data_dir = tempfile.mkdtemp(prefix="rw-spend-")
    with Simulator("--no-media") as carrier:
        with Server(carrier.sip, data_dir=data_dir) as server:
            set_up(server, "1.30")
            for _ in range(2):
                conversation = post(server).json["id"]
                server.in_state(conversation, "external", "connected")
            assert account(server) == {"limit": 1.3, "spent": 0.0, "held": 1.2, "left": 0.1}
            server.stop(signal.SIGKILL)
        with sqlite3.connect(pathlib.Path(data_dir) / "ringwright.db") as store:
            assert store.execute("SELECT sum(micro) FROM spending").fetchone() == (1200000,)
        with Server(carrier.sip, data_dir=data_dir) as server:
            assert account(server) == {"limit": 1.3, "spent": 1.2, "held": 0.0, "left": 0.1}
            assert post(server).status == 429
    shutil.rmtree(data_dir, ignore_errors=True)


def test_an_honest_call_pays_for_what_it_lasted_and_goes_on():
    with Simulator("--no-media", "--answer-ms", "0", "--ring-ms", "0") as carrier, Server(carrier.sip) as server:
        set_up(server, "100.00", scope="tenant")
        busy = post(server, "+6581239486").json["id"]
        server.finished(busy)
        until("it back", lambda: account(server)["left"] == 100.0)
        long = post(server, "+6581239107").json["id"]  # the far end hangs up after seven seconds: a second slice
        server.in_state(long, "external", "connected")
        until("a second slice", lambda: account(server)["held"] == 1.2)
        server.finished(long)
        until("the end's account", lambda: account(server)["held"] == 0)
        assert 0.70 <= account(server)["spent"] <= 0.80, account(server)


def test_a_call_that_waits_holds_no_money():
    with Simulator("--no-media", "--answer-ms", "0") as carrier, Server(carrier.sip) as server:
        set_up(server, "60.00")
        server.change_trunk(limits={"channels": 1, "waitMs": 20000})
        first = post(server).json["id"]
        server.in_state(first, "external", "connected")
        with concurrent.futures.ThreadPoolExecutor(1) as other:
            second = other.submit(post, server)
            until("it waits", lambda: server.telephony("GET", "/limits")["counters"]["trunks"][0]["waiting"] == 1)
            assert account(server)["held"] == SLICE
            server.request("POST", f"/api/v2/conversations/{first}/disconnect", token=server.demo["agentless_token"])
            assert second.result().status == 200


def test_dear_and_unknown_numbers_are_refused():
    with Simulator("--no-media") as carrier, Server(carrier.sip) as server:
        set_up(server, "3.00")
        for to, code in [("+881612345678", "policy.high_risk"), ("+882161234567", "policy.high_risk"),
                         ("+979123456789", "policy.high_risk"), ("+252612345678", "policy.high_risk"),
                         ("+819012345678", "spend.no_rate")]:
            answer = post(server, to)
            assert answer.status == 403, (to, answer.body)
            assert code in [fault["code"] for fault in answer.json["errors"]], answer.body
        policy = server.telephony("GET", "/callingpolicy")
        server.telephony("PUT", "/callingpolicy", {"version": policy["version"], "blockedTypes": ["premium", "shared_cost"]})
        answer = post(server, "+449012345678")
        assert answer.status == 403 and b"policy.blocked_type" in answer.body, answer.body
        # the test call of a trunk is a call too
        answer = server.request("POST", f"{EDGES}/trunks/{server.demo['trunk_id']}/test", {"echoNumber": "+819012345678"},
                                token=server.demo["admin_token"])
        assert answer.status == 403 and b"spend.no_rate" in answer.body, answer.body
        assert account_or_none(server) is None  # nothing was spent on any of it


def test_a_token_that_is_refused_again_and_again_is_frozen():
    with Simulator("--no-media", "--answer-ms", "0", "--hangup-ms", "0") as carrier, Server(carrier.sip, workers=4) as server:
        admin = server.demo["admin_token"]
        policy = server.telephony("GET", "/callingpolicy")
        assert policy["freezeAfterRefusals"] == 30, policy
        server.telephony("PUT", "/callingpolicy", {"version": policy["version"], "freezeAfterRefusals": 10})
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}?validateOnly=true"
        for _ in range(20):  # nothing is placed, so nothing is counted
            body = {"to": {"phoneNumber": "+881612345678"}, "from": {"phoneNumber": "+6534567890"}}
            assert server.request("POST", path, body, token=server.demo["agentless_token"]).status == 403
        assert post(server, "+6591234567").status == 200
        with concurrent.futures.ThreadPoolExecutor(11) as crowd:
            assert {one.status for one in crowd.map(lambda n: post(server, f"+8816{n:08d}"), range(11))} == {403}
        answer = until("the freeze", lambda: (lambda one: one if one.status == 403 else None)(post(server, "+6591234567")), 10)
        assert [fault["code"] for fault in answer.json["errors"]] == ["token.frozen"], answer.body
        assert "token.frozen" in server.output()
        audit = server.request("GET", "/api/v2/ringwright/audit?pageSize=100", token=admin)
        assert "token.frozen" in [entry["action"] for entry in audit.json["entities"]], audit.body
        # whoever else is in the tenant goes on, and so does the token with what is no call
        server.place("+6591234567")
        frozen = server.request("GET", "/api/v2/ringwright/freezes", token=admin).json["entities"]
        assert len(frozen) == 1 and frozen[0]["kind"] == "token", frozen
        assert server.request("DELETE", f"/api/v2/ringwright/freezes/{frozen[0]['id']}", token=admin).status == 200
        assert post(server, "+6591234567").status == 200


def account_or_none(server):
    accounts = server.telephony("GET", "/spending")["accounts"]
    return accounts[0] if accounts else None


main(globals())
