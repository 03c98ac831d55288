"""Request to answer on one connection against a bare fdatasync on the same file system.

    python3 bench/latency.py [RUNS]

Load: one kept-alive connection that posts agentless calls one after the other. Control: appending 4 KiB
to a file and fdatasync, 2,000 times, median. Both on the file system of the temporary folder.
"""
import os
import statistics
import sys
import tempfile
import time

from measure import SIPP_BUFFERS, load, report
from harness import Server, Sipp

REQUESTS = 2000


def fdatasync_p50_us():
    times = []
    with tempfile.NamedTemporaryFile(prefix="rw-sync-") as file:
        block = b"x" * 4096
        for _ in range(REQUESTS):
            began = time.perf_counter_ns()
            os.write(file.fileno(), block)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter_ns() - began) / 1000)
    return statistics.median(times)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ratios = []
    for _ in range(runs):
        with Sipp(*SIPP_BUFFERS, scenario="uas_hangs_up.xml") as carrier, \
                Server(carrier.sip, workers=1, settings=["log.level=error"]) as server:
            path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
            body = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"}}'
            load(server.address, 1, 0, 5, 200, "POST", path, server.demo["agentless_token"], body)
            control = fdatasync_p50_us()
            counted = load(server.address, 1, 0, 60, REQUESTS, "POST", path, server.demo["agentless_token"], body)
            print(f"     fdatasync p50 {control:.0f} us; request p50 {counted['p50_us']} us, p99 {counted['p99_us']} us",
                  flush=True)
            ratios.append(counted["p50_us"] / control)
    return 0 if report("request to answer p50 against fdatasync p50", "one connection", ratios, 5) else 1


if __name__ == "__main__":
    sys.exit(main())
