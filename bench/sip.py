"""CPU of a leg in src/sip alone against sipp's own caller, and what a held leg costs in memory.

    python3 bench/sip.py [RUNS]

The same call on both sides: INVITE, 180, 200, ACK, BYE, 200 against sipp's built-in uas on loopback.
No store and no HTTP: this is the part of a call that SIP takes. Control: sipp's built-in uac.
"""
import json
import subprocess
import sys

from measure import BUILD, SIPP_BUFFERS, report, sipp_cpu_a_call
from harness import Sipp

CALLS = 20000
AT_ONCE = 50
HELD = 10000


def leg(calls, at_once, *mode):
    with Sipp(*SIPP_BUFFERS) as far_end:
        command = [BUILD / "bench/bench_sip_leg", far_end.sip, calls, at_once, *mode]
        ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ratios = []
    for _ in range(runs):
        control = sipp_cpu_a_call() * 1e6
        ours = leg(CALLS, AT_ONCE)
        print(f"     control {control:.1f} us a call; a leg {ours['cpu_us_per_call']:.1f} us at "
              f"{ours['calls_per_s']:.0f} calls/s, {ours['retransmissions']} repeated", flush=True)
        ratios.append(ours["cpu_us_per_call"] / control)
    held = [leg(HELD, HELD, "hold")["bytes_per_call"] / 1024 for _ in range(runs)]
    good = report("CPU of a leg against sipp's caller", f"{AT_ONCE} calls at once, 1 worker", ratios, 1.0)
    good &= report("memory of a held leg", f"{HELD} held", held, 4, unit="KiB")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
