"""CPU of a validateOnly request against nginx's `return 200`.

    python3 bench/validate.py [RUNS]

Both are asked by the same load generator over 16 kept-alive connections with the same POST; CPU is the
server's alone (for nginx its one worker). Needs bench/run's packages.

The bound is for a request that there is nothing to say about. The demo tenant's own number is in a range that the
numbering data does not know: a request that names it is answered with a warning, whose cost is shown beside.
"""
import pathlib
import socket
import sys
import tempfile

from measure import cpu_seconds, load, report
from harness import Process, Server, free_port, until

CONNECTIONS = 16
SECONDS = 5
BODY = '{"to":{"phoneNumber":"+6591234567"},"callType":"outbound","providerId":"12345-abcde-67890"}'
WARNED = '{"to":{"phoneNumber":"+6591234567"},"from":{"phoneNumber":"+6534567890"},"callType":"outbound"}'


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def nginx(folder, port):
    """A command that serves `return 200` with one worker in the foreground."""
    conf = pathlib.Path(folder) / "nginx.conf"
    conf.write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{{"valid":true}}'; }} }}
}}
""")
    return ["nginx", "-c", conf, "-p", folder]


def nginx_cpu_each():
    with tempfile.TemporaryDirectory(prefix="rw-nginx-") as folder:
        port = free_port()
        with Process("nginx", nginx(folder, port)) as server:
            until("nginx", lambda: accepts(port))
            children = pathlib.Path(f"/proc/{server.child.pid}/task/{server.child.pid}/children")
            worker = int(until("nginx's worker", lambda: children.read_text().split())[0])
            before = cpu_seconds(worker)
            counted = load(("127.0.0.1", port), CONNECTIONS, 0, SECONDS, 0, "POST", "/x", "t", BODY)
            return (cpu_seconds(worker) - before) / counted["requests"]


def ours_cpu_each(body):
    with Server("127.0.0.1:9", workers=1, settings=["log.level=error"]) as server:
        assert server.demo["provider_id"] in BODY
        path = "/api/v2/conversations/calls?validateOnly=true"
        load(server.address, CONNECTIONS, 0, 1, 1000, "POST", path, server.demo["user_token"], body)
        before = cpu_seconds(server.child.pid)
        counted = load(server.address, CONNECTIONS, 0, SECONDS, 0, "POST", path, server.demo["user_token"], body)
        return (cpu_seconds(server.child.pid) - before) / counted["requests"]


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ratios = []
    for _ in range(runs):
        control, ours, warned = nginx_cpu_each(), ours_cpu_each(BODY), ours_cpu_each(WARNED)
        print(f"     nginx {control * 1e6:.1f} us, validateOnly {ours * 1e6:.1f} us a request, with a warning "
              f"{warned * 1e6:.1f} us", flush=True)
        ratios.append(ours / control)
    return 0 if report("CPU of a validateOnly request against nginx", f"{CONNECTIONS} connections, saturated",
                       ratios, 1.7) else 1


if __name__ == "__main__":
    sys.exit(main())
