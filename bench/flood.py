"""What a flood of SIP requests from strangers costs the calls of a trunk.

    python3 bench/flood.py [RUNS]

A call's set-up time: from its POST to the ACK that the carrier gets. 200 calls a second, once alone and once while
64 strangers send 5,000 OPTIONS, REGISTER and INVITE a second. All on loopback addresses; no root.
"""
import json
import os
import subprocess
import sys

from measure import BUILD, cpu_seconds, report
from harness import Server, free_port, until

RATE, SECONDS = 200, 10
FLOOD_RATE = 5000
WORKERS = int(os.environ.get("RINGWRIGHT_WORKERS", "2"))


def setup_times(server, carrier_port, seconds):
    path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
    ran = subprocess.run([str(word) for word in (BUILD / "bench/setup", server.address[1], carrier_port, RATE, seconds, path,
                                                 server.demo["agentless_token"])], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = json.loads(ran.stdout)
    assert counted["refused"] == 0 and counted["connected"] == counted["calls"] == RATE * seconds, counted
    until("the calls to end", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)
    return counted


def one_run(port):
    with Server(f"127.0.0.1:{port}", workers=WORKERS) as server:
        sip_port = server.ready["sip"].rsplit(":", 1)[1]
        setup_times(server, port, 2)  # warm
        alone = setup_times(server, port, SECONDS)
        before = cpu_seconds(server.child.pid)
        flood = subprocess.Popen([str(word) for word in (BUILD / "bench/flood", sip_port, FLOOD_RATE, SECONDS + 4)],
                                 stdout=subprocess.PIPE, text=True)
        flooded = setup_times(server, port, SECONDS)
        strangers = json.loads(flood.communicate(timeout=60)[0])
        spent = cpu_seconds(server.child.pid) - before
        server.stop()
        lines = server.output().count(" sip.stranger ")
    assert strangers["answers"] == 0, "strangers were answered"
    print(f"     alone p50 {alone['p50_us']} us, p99 {alone['p99_us']} us; flooded p50 {flooded['p50_us']} us, p99 "
          f"{flooded['p99_us']} us, CPU {spent:.2f} s; {strangers['sent'] / strangers['seconds']:.0f} strangers' requests/s, "
          f"0 answers, {lines} lines in the log", flush=True)
    return flooded["p99_us"] / alone["p99_us"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ratios = [one_run(free_port()) for _ in range(runs)]
    return 0 if report("p99 of a call's set-up time under a flood, against the same without",
                       f"{RATE} calls/s, {FLOOD_RATE} strangers' requests/s, {WORKERS} workers", ratios, 1.5) else 1


if __name__ == "__main__":
    sys.exit(main())
