"""What the benchmarks share: CPU and memory of a process, medians, and how a ratio is printed."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("RINGWRIGHT_BUILD", SOURCE / "build"))
os.environ.setdefault("RINGWRIGHT_BUILD", str(BUILD))
sys.path.insert(0, str(SOURCE / "tests/e2e"))

TICKS_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time that a process (all its threads) has used so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_S


def cpu_of(command, **options):
    """Runs a command to its end; returns the CPU seconds it and its children used."""
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, (command, child.returncode)
    return usage.ru_utime + usage.ru_stime


# With its default buffers sipp loses messages on a busy machine and repeats them, which would flatter us.
SIPP_BUFFERS = ("-buff_size", 4194304)
SIPP_CALLS = 20000


def sipp_cpu_a_call():
    """The control of calls: CPU seconds of sipp's own caller, a call, against its own answerer."""
    from harness import Sipp
    with Sipp(*SIPP_BUFFERS) as far_end:
        return cpu_of(["sipp", "-sn", "uac", far_end.sip, "-i", "127.0.0.1", "-m", SIPP_CALLS, "-r", 4000,
                       "-l", 64, "-d", 0, "-nostdin", *SIPP_BUFFERS], env={**os.environ, "TERM": "dumb"}) / SIPP_CALLS


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def load(address, connections, rate, seconds, most, method, path, token, body=""):
    """Runs the load generator, returns what it counted."""
    command = [BUILD / "bench/load", address[0], address[1], connections, rate, seconds, most, method, path,
               token, body]
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def report(what, load_text, values, bound, unit="x", at_least=False):
    """Prints one figure: median of the runs, the bound, whether it holds. Returns True when it does."""
    median = statistics.median(values)
    holds = median >= bound if at_least else median <= bound
    print(f"{'ok  ' if holds else 'MISS'} {what}: {median:.3g} {unit} "
          f"({'at least' if at_least else 'at most'} {bound} {unit}; "
          f"runs {', '.join(f'{value:.3g}' for value in sorted(values))}; load: {load_text})", flush=True)
    return holds
