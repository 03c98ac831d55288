"""What limits cost: whole calls per CPU-second with limits of tenant, client and trunk in force against none.

    python3 bench/limits.py [RUNS]

A whole call as in bench/calls.py. The limits are set so that no call is refused: what is measured is the asking.
Control: the same server where nothing is limited (it counts all the same), in turns of two seconds, so that
whatever else the machine does falls on both. Needs bench/run's packages.
"""
import sys

from measure import SIPP_BUFFERS, cpu_seconds, load, report
from harness import Server, Sipp, until
from calls import SATURATED_CONNECTIONS, WORKERS, live_calls

WIDE = {"callsPerSecond": 10000, "channels": 100000, "waitMs": 1000}
TURNS, TURN_SECONDS = 6, 2


def limit(server, what):
    version = server.telephony("GET", "/limits")["version"]
    server.change_trunk(limits={name: 0 for name in WIDE} | what)
    server.telephony("PUT", "/limits", {"version": version, **what, "clients": [{"id": "*", **what}]})


def cpu_a_call(server, seconds):
    path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
    body = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"}}'
    before = cpu_seconds(server.child.pid)
    counted = load(server.address, SATURATED_CONNECTIONS, 0, seconds, 0, "POST", path,
                   server.demo["agentless_token"], body)
    until("the calls to end", lambda: live_calls(server) == 0)
    assert counted["refused"] == 0, counted
    return (cpu_seconds(server.child.pid) - before) / counted["requests"]


def ratio():
    spent = {False: 0, True: 0}
    with Sipp(*SIPP_BUFFERS, scenario="uas_hangs_up.xml") as carrier, \
            Server(carrier.sip, workers=WORKERS, settings=["log.level=error"]) as server:
        cpu_a_call(server, 1)
        for turn in range(TURNS):
            for limited in (turn % 2 == 0, turn % 2 == 1):
                limit(server, WIDE if limited else {})
                spent[limited] += cpu_a_call(server, TURN_SECONDS) / TURNS
    print(f"     {spent[False] * 1e6:.1f} us a call without limits, {spent[True] * 1e6:.1f} us with", flush=True)
    return spent[False] / spent[True]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    return 0 if report("whole calls per CPU-second, with limits against without",
                       f"{SATURATED_CONNECTIONS} connections, saturated, {WORKERS} worker",
                       [ratio() for _ in range(runs)], 0.97, at_least=True) else 1


if __name__ == "__main__":
    sys.exit(main())
