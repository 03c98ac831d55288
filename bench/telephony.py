"""What a trunk's features cost together: whole calls per CPU-second with all that costs each call in force.

    python3 bench/telephony.py [RUNS]
    RINGWRIGHT_CONTROL=OTHER/build python3 bench/telephony.py [RUNS]

A whole call as in bench/calls.py. In force are limits of tenant, client and trunk, a cap on spending with rates, a
calling policy, an identity profile, offered session timers and provisional acknowledgement, and OPTIONS once a
second. Signing is measured by itself (bench/stir.py), encryption per packet (bench/relay.py). Control: the same
server with nothing of it, or that of another build, as it comes. Needs bench/run's packages.
"""
import os
import pathlib
import sys

from measure import SIPP_BUFFERS, cpu_seconds, load, report
import harness
from harness import Server, Sipp, until
from calls import SATURATED_CONNECTIONS, WORKERS, live_calls

CONTROL = os.environ.get("RINGWRIGHT_CONTROL")
WIDE = {"callsPerSecond": 10000, "channels": 100000, "waitMs": 1000}
RATES = "prefix,rate_per_minute\n+65,0.012\n+6591,0.020\n+1,0.010\n"
SECONDS = 6


def put_in_force(server):
    edges = "/api/v2/telephony/providers/edges"
    server.change_trunk(limits=WIDE, health={"optionsIntervalS": 1},
                        sip={"authUser": "u", "authPassword": "p", "sessionExpiresS": 1800, "reliableProvisional": "supported"},
                        identity={"header": "P-Asserted-Identity", "domain": "carrier.example"})
    limits = server.telephony("GET", "/limits")
    server.telephony("PUT", "/limits", {"version": limits["version"], **WIDE, "clients": [{"id": "*", **WIDE}]})
    answer = server.request("PUT", edges + "/rates", RATES, token=server.demo["admin_token"],
                            headers={"Content-Type": "text/csv"})
    assert answer.status == 200, answer.body
    server.telephony("PUT", "/spending", {"version": 0, "caps": [{"scope": "tenant", "period": "day", "limit": "1000000"}]})
    policy = server.telephony("GET", "/callingpolicy")
    server.telephony("PUT", "/callingpolicy", {"version": policy["version"], "blockedTypes": ["premium"],
                                               "blockedPrefixes": ["+979"]})


def cpu_a_call(build, prepare=None):
    harness.BUILD = build
    with Sipp(*SIPP_BUFFERS, scenario="uas_hangs_up.xml") as carrier, \
            Server(carrier.sip, workers=WORKERS, settings=["log.level=error"]) as server:
        if prepare:
            prepare(server)
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
        body = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"}}'
        ask = ("POST", path, server.demo["agentless_token"], body)
        load(server.address, SATURATED_CONNECTIONS, 0, 1, 500, *ask)
        until("the warm-up's calls to end", lambda: live_calls(server) == 0)
        before = cpu_seconds(server.child.pid)
        counted = load(server.address, SATURATED_CONNECTIONS, 0, SECONDS, 0, *ask)
        until("the calls to end", lambda: live_calls(server) == 0)
        assert counted["refused"] == 0, counted
        return (cpu_seconds(server.child.pid) - before) / counted["requests"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ours, ratios = harness.BUILD, []
    for _ in range(runs):
        control = cpu_a_call(pathlib.Path(CONTROL) if CONTROL else ours)
        spent = cpu_a_call(ours, put_in_force)
        print(f"     {control * 1e6:.1f} us a call {'of the other build' if CONTROL else 'without'}, {spent * 1e6:.1f} us with",
              flush=True)
        ratios.append(control / spent)
    return 0 if report("whole calls per CPU-second, with a trunk's features against without",
                       f"{SATURATED_CONNECTIONS} connections, saturated, {WORKERS} worker", ratios, 0.9,
                       at_least=True) else 1


if __name__ == "__main__":
    sys.exit(main())
