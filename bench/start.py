"""Time from start to ready against nginx's.

    python3 bench/start.py [RUNS]

Ready: a request is answered with 200. Ours starts on a store that holds the demo tenant.
"""
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from measure import report
from harness import Process, free_port
from validate import nginx
import harness


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as probe:
            probe.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return probe.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def seconds_to_answer(name, command, port):
    began = time.perf_counter()
    with Process(name, command):
        while not answers(port):
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
            control = seconds_to_answer("nginx", nginx(folder, port), port)
            port = free_port()
            ours = seconds_to_answer("ringwrightd", [
                daemon, "--data-dir", data, "--set", f"http.listen=127.0.0.1:{port}", "--set", "sip.listen=127.0.0.1:0",
                "--set", "media.port_min=0", "--set", "media.port_max=0"], port)
            ratios.append(ours / control)
            print(f"     nginx {control * 1e3:.1f} ms, ringwrightd {ours * 1e3:.1f} ms", flush=True)
    return 0 if report("start to ready against nginx", "the demo tenant's store", ratios, 3) else 1


if __name__ == "__main__":
    sys.exit(main())
