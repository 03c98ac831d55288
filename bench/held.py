"""Memory of a held call: 10,000 calls answered and not hung up.

    python3 bench/held.py [CALLS]

The carrier is sipp on loopback, which answers and waits. Resident memory of the server with all calls
up, less the same before, divided by the calls.
"""
import sys

from measure import SIPP_BUFFERS, load, report, resident_bytes
from harness import Server, Sipp, until


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    with Sipp(*SIPP_BUFFERS) as carrier, Server(carrier.sip, workers=1, settings=["log.level=error"]) as server:
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
        body = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"}}'
        token = server.demo["agentless_token"]
        pid = server.child.pid
        load(server.address, 16, 0, 5, 100, "POST", path, token, body)
        until("the first calls", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 100)
        before = resident_bytes(pid)
        counted = load(server.address, 16, 1000, 60, calls, "POST", path, token, body)
        assert counted["requests"] == calls and counted["refused"] == 0, counted
        assert server.request("GET", "/health", token="").json["liveCalls"] == calls + 100
        # What finished INVITE transactions still hold is part of the price: it is measured at once.
        each = (resident_bytes(pid) - before) / calls
    return 0 if report("memory a held call", f"{calls} calls placed at 1,000 a second", [each / 1024], 6, "KiB") else 1


if __name__ == "__main__":
    sys.exit(main())
