"""Time from start to ready against nginx's.

    python3 bench/start.py [RUNS]

Ready: a TCP connection to the port is accepted. Ours starts on a store that holds the demo tenant.
"""
import pathlib
import subprocess
import sys
import tempfile
import time

from measure import report
from harness import Process, free_port
from validate import accepts, nginx
import harness


def seconds_to_accept(name, command, port):
    began = time.perf_counter()
    with Process(name, command):
        while not accepts(port):
            assert time.perf_counter() - began < 10, name
        return time.perf_counter() - began


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    ratios = []
    with tempfile.TemporaryDirectory(prefix="rw-start-") as folder:
        daemon = harness.BUILD / "ringwrightd"
        data = pathlib.Path(folder) / "data"
        data.mkdir()
        subprocess.run([daemon, "--data-dir", data, "--init", "--demo", "--carrier", "127.0.0.1:9", "--station",
                        "sip:x@127.0.0.1:9", "--json"], check=True, capture_output=True)
        for _ in range(runs):
            port = free_port()
            control = seconds_to_accept("nginx", nginx(folder, port), port)
            port = free_port()
            ours = seconds_to_accept("ringwrightd", [
                daemon, "--data-dir", data, "--set", f"http.listen=127.0.0.1:{port}", "--set", "sip.listen=127.0.0.1:0",
                "--set", "media.port_min=0", "--set", "media.port_max=0"], port)
            ratios.append(ours / control)
            print(f"     nginx {control * 1e3:.1f} ms, ringwrightd {ours * 1e3:.1f} ms", flush=True)
    return 0 if report("start to ready against nginx", "the demo tenant's store", ratios, 3) else 1


if __name__ == "__main__":
    sys.exit(main())
