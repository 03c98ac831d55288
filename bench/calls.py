"""Whole calls per CPU-second against sipp's own caller, and what pacing costs.

    python3 bench/calls.py [RUNS]

A whole call: POST (agentless), INVITE to a carrier, 180, 200, ACK, the carrier's BYE, the final event
stored durably. The carrier is sipp on loopback. CPU is the server process's alone. Control: sipp's
built-in uac scenario against its uas, CPU of the caller alone. Needs bench/run's packages.
"""
import os
import sys

from measure import SIPP_BUFFERS, cpu_seconds, load, report, sipp_cpu_a_call
from harness import Server, Sipp, until

SATURATED_CONNECTIONS = 16
SATURATED_SECONDS = 8
PACED_RATE = 2000
PACED_SECONDS = 8
WORKERS = int(os.environ.get("RINGWRIGHT_WORKERS", "1"))


def live_calls(server):
    return server.request("GET", "/health", token="").json["liveCalls"]


def server_cpu_a_call(rate, seconds, connections, settings=()):
    with Sipp(*SIPP_BUFFERS, scenario="uas_hangs_up.xml") as carrier, \
            Server(carrier.sip, workers=WORKERS, settings=["log.level=error", *settings]) as server:
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
        body = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"}}'
        load(server.address, connections, 0, 1, 500, "POST", path, server.demo["agentless_token"], body)
        until("the warm-up's calls to end", lambda: live_calls(server) == 0)
        before = cpu_seconds(server.child.pid)
        counted = load(server.address, connections, rate, seconds, 0, "POST", path,
                       server.demo["agentless_token"], body)
        until("the calls to end", lambda: live_calls(server) == 0)
        spent = cpu_seconds(server.child.pid) - before
        assert counted["refused"] == 0, counted
        return spent / counted["requests"], counted


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    against_sipp, paced_cost = [], []
    for _ in range(runs):
        control = sipp_cpu_a_call()
        saturated, counted = server_cpu_a_call(0, SATURATED_SECONDS, SATURATED_CONNECTIONS)
        paced, paced_counted = server_cpu_a_call(PACED_RATE, PACED_SECONDS, 64)
        print(f"     control {control * 1e6:.0f} us a call; saturated {saturated * 1e6:.0f} us at "
              f"{counted['requests'] / counted['seconds']:.0f} calls/s, p99 {counted['p99_us']} us; paced "
              f"{paced * 1e6:.0f} us at {paced_counted['requests'] / paced_counted['seconds']:.0f} calls/s, "
              f"p99 {paced_counted['p99_us']} us", flush=True)
        against_sipp.append(control / saturated)
        paced_cost.append(paced / saturated)
    good = report("whole calls per CPU-second against sipp's caller",
                  f"{SATURATED_CONNECTIONS} connections, saturated, {WORKERS} worker", against_sipp, 0.38,
                  at_least=True)
    good &= report("CPU a call, paced against saturated", f"{PACED_RATE} calls/s, {WORKERS} worker",
                   paced_cost, 2.1)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
