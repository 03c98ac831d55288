"""A network that loses every fifth datagram, both ways: calls come to the right end all the same, and nothing is left.

It runs in a network namespace of its own, where nft drops at random: that takes root. Elsewhere it is skipped.
RINGWRIGHT_CALLS says how many calls (60; then 3 may go wrong, which chance does once in 100,000 runs). From 400 on
99.5 % of them must end as they should, and 33 s after the last one no transaction may be left.
"""
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter

from harness import Server, Simulator, main, participant, until

CALLS = int(os.environ.get("RINGWRIGHT_CALLS", "60"))
LOSS_PERCENT = 20
SKIPPED = 77  # meson's word for it
# last digits, ended by the API once connected, disconnectType, reason, said by; one row a call in turn
KINDS = [
    ("9101", False, "endpoint", "hung_up", "carrier"),
    ("9000", True, "client", "hung_up", "api"),
    ("9486", False, "endpoint", "busy", "carrier"),
    ("9002", True, "client", "hung_up", "api"),
    ("9404", False, "error", "number_not_found", "carrier"),
    ("9705", False, "endpoint", "busy", "carrier"),
    ("9102", False, "endpoint", "hung_up", "carrier"),
    ("9801", False, "endpoint", "busy", "carrier"),
]
RULES = f"""
table inet loss {{
  chain input {{
    type filter hook input priority 0;
    meta l4proto udp numgen random mod 100 < {LOSS_PERCENT} counter drop
    meta l4proto udp counter accept
  }}
}}
"""


def skip(why):
    print(why)
    sys.exit(SKIPPED)


def enter_namespace():
    """Starts this test anew inside a network namespace; there, sets up the loss."""
    if "RINGWRIGHT_LOSSY" not in os.environ:
        for tool in ("unshare", "nft", "ip"):
            if not shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin"):
                skip(f"{tool} is not installed")
        if subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode:
            skip("a network namespace can't be made: that takes root")
        os.environ["RINGWRIGHT_LOSSY"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    done = subprocess.run(["nft", "-f", "-"], input=RULES, text=True, capture_output=True, check=False)
    if done.returncode:
        skip("nft can't lose datagrams here: " + (done.stderr.splitlines() or ["?"])[0])


def lost():
    rules = subprocess.run(["nft", "list", "ruleset"], check=True, capture_output=True, text=True).stdout
    return [int(n) for n in re.findall(r"counter packets (\d+)", rules)]


def hang_up_connected(server, waiting):
    """Ends those that are connected or over; returns those that are neither yet."""
    still = []
    for conversation in waiting:
        view = server.call(conversation)
        if view.get("endTime"):
            continue
        if participant(view, "external").get("state") == "connected":
            server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["agentless_token"])
        else:
            still.append(conversation)
    return still


def test_calls_come_to_the_right_end():
    with Simulator("--no-media") as carrier, Server(carrier.sip) as server:
        placed = [(kind, server.place_agentless(f"+49303000{kind[0]}")) for kind in
                  (KINDS[i % len(KINDS)] for i in range(CALLS))]
        waiting = [conversation for kind, conversation in placed if kind[1]]

        def all_hung_up():
            waiting[:] = hang_up_connected(server, waiting)
            return not waiting

        until("the calls to be connected", all_hung_up, 120)
        wrong = []
        for (digits, _, *expected), conversation in placed:
            one = participant(server.finished(conversation, 120), "external")
            got = [one["disconnectType"], one["endedReason"], one["endedBy"]]
            if got != expected:
                wrong.append(f"{digits}: {got}")
        until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0, 80)
        over = time.monotonic()
        if CALLS >= 400:
            until("32 s to pass", lambda: time.monotonic() - over > 33, 40)
        server.stop()
        totals = re.findall(r" sip\.totals .*retransmissions=(\d+) transactions=(\d+)", server.output())
        dropped, passed = lost()
        print(f"{CALLS} calls, {len(wrong)} ended wrong {dict(Counter(wrong))}; {dropped} of {dropped + passed} datagrams lost, "
              f"{sum(int(again) for again, _ in totals)} retransmissions of ours", flush=True)
        assert len(totals) == 2 and dropped > CALLS
        assert len(wrong) <= (CALLS * 0.005 if CALLS >= 400 else 3), wrong
        if CALLS >= 400:
            assert all(left == "0" for _, left in totals), f"transactions left: {totals}"


enter_namespace()
main(globals())
