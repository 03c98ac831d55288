#!/usr/bin/env python3
"""CPU a request of src/http alone, against nginx `return 200` and libmicrohttpd, in the same run.

Load: POST with a token and a JSON body of 130 bytes, 16 kept-alive connections, saturated.
Usage: bench/http_cpu.py [runs]
"""
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import measure

ANSWER = '{"id":"0190b0c0-0000-7000-8000-000000000000","selfUri":"/api/v2/conversations/calls"}'
BODY = ('{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"},'
        '"callType":"outbound","providerId":"12345-abcde-67890"}')
TARGET = "/api/v2/conversations/calls?validateOnly=true"
CONNECTIONS = 16
SECONDS = 2


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_nginx(folder):
    port = free_port()
    conf = pathlib.Path(folder, "nginx.conf")
    conf.write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port};
    location / {{ add_header ININ-Correlation-Id "0190b0c0-0000-7000-8000-000000000000"; return 200 '{ANSWER}'; }} }}
}}
""")
    process = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
    for _ in range(100):
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            if children:
                return process, int(children[0]), port
        except ConnectionRefusedError:
            pass
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def start_own(name):
    process = subprocess.Popen([measure.BUILD / "bench" / name], stdout=subprocess.PIPE, text=True)
    return process, process.pid, int(process.stdout.readline())


def micros_a_request(pid, port):
    before = measure.cpu_seconds(pid)
    counted = measure.load(("127.0.0.1", port), CONNECTIONS, 0, SECONDS, 0, "POST", TARGET, "A" * 43, BODY)
    assert counted["refused"] == 0, counted
    return (measure.cpu_seconds(pid) - before) * 1e6 / counted["requests"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        servers = {"nginx": start_nginx(folder), "ours": start_own("http_server"),
                   "libmicrohttpd": start_own("http_mhd")}
        try:
            ratios = {"ours": [], "libmicrohttpd": []}
            for _ in range(runs):
                spent = {name: micros_a_request(pid, port) for name, (_, pid, port) in servers.items()}
                print("  ".join(f"{name} {value:.2f} us" for name, value in spent.items()), flush=True)
                for name, values in ratios.items():
                    values.append(spent[name] / spent["nginx"])
        finally:
            for process, _, _ in servers.values():
                process.terminate()
                process.wait()
    load = f"POST + JSON + token, {CONNECTIONS} connections, saturated, {SECONDS} s a run; control: nginx return 200"
    held = measure.report("HTTP alone, CPU a request", load, ratios["ours"], 1.0)
    measure.report("libmicrohttpd for comparison, CPU a request", load, ratios["libmicrohttpd"], 2.0)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
