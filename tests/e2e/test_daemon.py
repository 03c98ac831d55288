"""ringwrightd as its operator meets it: statuses and messages of its exits, TLS, its signals, a full disk.

Each refusal to start says what is wrong and where, and its status says who can mend it: 2 the command
line, 78 the configuration, 69 something that is taken, 75 something that may pass.
"""
import contextlib
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from harness import BUILD, PATIENCE_S, Process, Server, Simulator, Sipp, free_port, main, participant, until

DAEMON = BUILD / "ringwrightd"
USAGE, CANNOT_SERVE, LATER, BAD_CONFIG = 2, 69, 75, 78
CARRIER = ["--carrier", "127.0.0.1:9", "--station", "sip:a@127.0.0.1:9"]
PORTS = ["--set", "http.listen=127.0.0.1:0", "--set", "sip.listen=127.0.0.1:0",
         "--set", "media.port_min=0", "--set", "media.port_max=0", "--workers", "1"]


@contextlib.contextmanager
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="rw-daemon-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def run(*flags, env=None, **more):
    return subprocess.run([str(DAEMON), *map(str, flags)], capture_output=True, text=True, timeout=PATIENCE_S,
                          env={**os.environ, **(env or {})}, **more)


def refused(done, status, code, *said):
    assert done.returncode == status, (done.returncode, done.stderr)
    assert f"error[{code}]" in done.stderr, (code, done.stderr)
    for words in said:
        assert words in done.stderr, (words, done.stderr)
    assert done.stdout == "", done.stdout


def initialised(data_dir):
    done = run("--data-dir", data_dir, "--init", "--demo", *CARRIER, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_usage():
    with folder() as here:
        for flags, code, said in [
                (["--port", "80"], "usage.unknown_flag", "--port"),
                (["--data-dir"], "usage.no_value", "--data-dir"),
                (["start"], "usage.extra", "start"),
                (["--init"], "usage.no_tenant", "--tenant"),
                (["--init", "--demo"], "usage.half_demo", "--carrier"),
                (["--init", "--tenant", "a\nb"], "usage.bad_tenant", "a\\u{000A}b"),
                (["--init", "--demo", "--carrier", "x:0", "--station", "sip:a@b"], "usage.bad_carrier", "HOST:PORT"),
                (["--init", "--demo", "--carrier", "x:1", "--station", "dana"], "usage.bad_station", "sip:user@host")]:
            refused(run("--data-dir", here, *flags), USAGE, code, said)
    assert run("--help").returncode == 0
    assert run("--version").stdout.startswith("ringwrightd ")


def test_a_bad_configuration_is_told_with_its_place():
    with folder() as here:
        conf = here / "ringwright.conf"
        for text, code, place in [
                ('[http]\nlisten = "127.0.0.1"\n', "config.bad_value", "2:10"),
                ('[http]\nlistem = "127.0.0.1:1"\n', "config.unknown_option", "2:1"),
                ('[server]\n\nworkers = many\n', "config.bad_value", "3:11"),
                ('[server\n', "config.syntax", "1:8"),
                ('[server]\ndata_dir = "/é" x\n', "config.syntax", "2:17")]:
            conf.write_text(text)
            for flag in ("--check", "--print-config"):
                refused(run("--config", conf, flag), BAD_CONFIG, code, f"{conf}:{place}: error")
        conf.write_text('[server]\nworkers = 2\n')
        (here / "conf.d").mkdir()
        (here / "conf.d" / "10-more.conf").write_text("[log]\nlevel = loud\n")
        refused(run("--config", conf, "--check"), BAD_CONFIG, "config.bad_value", "conf.d/10-more.conf:2:9")
        refused(run("--config", here / "none.conf", "--check"), BAD_CONFIG, "config.unreadable", "none.conf")
        refused(run("--check", env={"RINGWRIGHT_HTTP_LISTEN": "x"}), BAD_CONFIG, "config.bad_value",
                "RINGWRIGHT_HTTP_LISTEN")
        assert run("--check", "--data-dir", here).stdout == "the configuration is good\n"


def test_the_printed_configuration_says_whence_and_reads_back():
    with folder() as here:
        conf = here / "ringwright.conf"
        conf.write_text('[server]\ndata_dir = "/srv/a \\"b\\""\n[log]\nlevel = "warn"\n')
        flags = ["--config", conf, "--workers", "3", "--print-config"]
        printed = run(*flags, env={"RINGWRIGHT_SIP_MAX_CALL_MS": "60000"})
        assert printed.returncode == 0, printed.stderr
        for option, origin in [('data_dir = "/srv/a \\"b\\""', f"{conf}:2"), ("workers = 3", "--workers"),
                               ("max_call_ms = 60000", "RINGWRIGHT_SIP_MAX_CALL_MS"),
                               ('level = "warn"', f"{conf}:4"), ("linger_ms = 1", "default")]:
            assert f"(from: {origin})\n{option}\n" in printed.stdout, (option, printed.stdout)
        (here / "again.conf").write_text(printed.stdout)
        again = run("--config", here / "again.conf", "--print-config")
        values = [[line for line in text.splitlines() if not line.startswith("#")]
                  for text in (printed.stdout, again.stdout)]
        assert values[0] == values[1], values


def test_one_server_a_data_directory():
    with Server("127.0.0.1:9") as server:
        flags = ["--data-dir", server.data_dir]
        refused(run(*flags, *PORTS), CANNOT_SERVE, "daemon.already_running", str(server.data_dir))
        refused(run(*flags, "--init", "--tenant", "Second"), CANNOT_SERVE, "daemon.already_running")
        assert server.request("GET", "/health", token="").status == 200


def test_a_data_directory_that_cannot_be_used():
    with folder() as here:
        refused(run("--data-dir", here / "new", *PORTS), BAD_CONFIG, "auth.no_key", "--init", "token.key")
        refused(run("--data-dir", here / "no" / "such", *PORTS), LATER, "daemon.data_dir", "No such file")
        (here / "file").write_text("")
        refused(run("--data-dir", here / "file", *PORTS), LATER, "daemon.data_dir", str(here / "file"))
        initialised(here / "good")
        (here / "good" / "token.key").write_bytes(b"short")
        refused(run("--data-dir", here / "good", *PORTS), BAD_CONFIG, "auth.bad_key")
        initialised(here / "torn")
        (here / "torn" / "ringwright.db").write_bytes(b"no database at all " * 400)
        done = run("--data-dir", here / "torn", *PORTS)
        assert done.returncode in (CANNOT_SERVE, LATER, BAD_CONFIG) and "error[store." in done.stderr, done.stderr
        initialised(here / "closed")
        os.chmod(here / "closed", 0o000)
        if os.geteuid() != 0:  # root reads everything
            refused(run("--data-dir", here / "closed", *PORTS), LATER, "daemon.write_failed", "Permission denied")
        os.chmod(here / "closed", 0o700)


def test_too_few_descriptors():
    """The lock takes the fourth one; signals need two more."""
    with folder() as here:
        initialised(here / "data")
        few = run("--data-dir", here / "data", *PORTS,
                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5)))
        refused(few, LATER, "daemon.no_signals", "Too many open files")


def test_ports_that_are_taken():
    with folder() as here, socket.socket() as web, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        initialised(here)
        web.bind(("127.0.0.1", 0))
        web.listen()
        sip.bind(("127.0.0.1", 0))
        taken = [("http", web, "http.listen_failed"), ("sip", sip, "sip.port_in_use")]
        for name, holder, code in taken:
            port = holder.getsockname()[1]
            done = run("--data-dir", here, *PORTS, "--set", f"{name}.listen=127.0.0.1:{port}")
            refused(done, LATER, code, str(port))
        refused(run("--data-dir", here, *PORTS, "--set", "http.listen=192.0.2.1:0"), LATER, "http.listen_failed")
        refused(run("--data-dir", here, *PORTS, "--set", "sip.listen=carrier.example:0"), BAD_CONFIG,
                "sip.bad_listen_address")


def certificate(here, name):
    key, cert = here / f"{name}.key", here / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def test_https():
    with folder() as here:
        cert, key = certificate(here, "a")
        other, other_key = certificate(here, "b")
        initialised(here / "data")

        def settings(cert_file, key_file):
            return ["--set", f"http.tls_cert_file={cert_file}", "--set", f"http.tls_key_file={key_file}"]

        start = ["--data-dir", here / "data", *PORTS]
        refused(run(*start, *settings(cert, other_key)), BAD_CONFIG, "tls.key_mismatch", str(other_key))
        refused(run(*start, *settings(here / "none", key)), BAD_CONFIG, "tls.certificate_unreadable", "none")
        refused(run(*start, *settings(key, key)), BAD_CONFIG, "tls.certificate_unreadable", "a.key")
        refused(run(*start, *settings(cert, cert)), BAD_CONFIG, "tls.key_unreadable", "a.pem")
        refused(run(*start, *settings(cert, "")), BAD_CONFIG, "config.half_tls", "tls_key_file")
        with Server("127.0.0.1:9", settings=[f"http.tls_cert_file={cert}", f"http.tls_key_file={key}"]) as server:
            trusted = ssl.create_default_context(cafile=cert)
            link = http.client.HTTPSConnection(*server.address, timeout=PATIENCE_S, context=trusted)
            for _ in range(3):  # one connection, kept
                answer = server.request("GET", "/api/v2/users/me", connection=link)
                assert answer.status == 200, (answer.status, answer.body)
            assert link.sock.version() in ("TLSv1.2", "TLSv1.3")
            link.close()
            curl = subprocess.run(["curl", "-sS", "--cacert", cert, f"https://127.0.0.1:{server.address[1]}/health"],
                                  capture_output=True, text=True)
            if curl.returncode != 127:
                assert json.loads(curl.stdout), curl.stderr
            with contextlib.suppress(OSError):  # plain HTTP gets no answer that could be taken for one
                with socket.create_connection(server.address, timeout=PATIENCE_S) as plain:
                    plain.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                    assert b"HTTP/1.1 200" not in plain.recv(4096)
            untrusting = ssl.create_default_context(cafile=other)
            try:
                with socket.create_connection(server.address, timeout=PATIENCE_S) as raw:
                    untrusting.wrap_socket(raw, server_hostname="localhost")
                raise AssertionError("a stranger's certificate was accepted")
            except ssl.SSLError:
                pass
            assert server.request("GET", "/health", token="",
                                  connection=http.client.HTTPSConnection(*server.address, context=trusted)).status == 200


def test_term_drains_and_a_second_one_stops_now():
    with Sipp() as carrier, Server(carrier.sip, settings=["server.drain_timeout_ms=600000"]) as server:
        conversation = server.place_agentless()
        server.in_state(conversation, "external", "connected")
        waiting = http.client.HTTPConnection(*server.address, timeout=PATIENCE_S)  # on one kept connection
        server.request("GET", "/health", token="", connection=waiting)
        server.child.send_signal(signal.SIGTERM)
        until("the server to drain", lambda: "server.draining" in server.output())

        def refused_now():
            body = {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"}}
            answer = server.request("POST", f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
                                    body, token=server.demo["agentless_token"])
            return answer if answer.status == 503 else None
        answer = until("new calls to be refused", refused_now)
        assert answer.json["code"] == "server.draining" or "server.draining" in answer.body.decode(), answer.body
        assert participant(server.call(conversation), "external")["state"] == "connected"
        assert server.alive()
        began = time.monotonic()
        server.child.send_signal(signal.SIGTERM)
        assert server.wait() == 0, server.output()
        assert time.monotonic() - began < 20
        assert not server.ready_file.exists()


def test_term_waits_for_calls_that_end_by_themselves():
    with Sipp() as carrier, Server(carrier.sip, settings=["server.drain_timeout_ms=600000"]) as server:
        conversation = server.place_agentless()
        server.in_state(conversation, "external", "connected")
        server.child.send_signal(signal.SIGTERM)
        until("the server to drain", lambda: "server.draining" in server.output())
        answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                token=server.demo["agentless_token"])
        assert answer.status == 202, (answer.status, answer.body)
        assert server.wait() == 0, server.output()


class FullDisk:
    """Lets a running server's files grow no further, and again."""

    def __init__(self, server):
        self.pid = server.child.pid
        self.limits = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)

    def __enter__(self):
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (1, self.limits[1]))

    def __exit__(self, kind, value, trace):
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, self.limits)


def test_a_full_disk_is_answered_503_and_calls_go_on():
    with Simulator("--no-media") as carrier, Server(carrier.sip) as server:
        body = {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"}}
        path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
        token = server.demo["agentless_token"]
        conversation = server.place_agentless()
        server.in_state(conversation, "external", "connected")
        before = len([e for e in carrier.events() if e.get("event") == "invite"])
        with FullDisk(server):
            for n in range(5):
                answer = server.request("POST", path, body, token=token, headers={"Idempotency-Key": f"full-{n}"})
                assert answer.status == 503, (answer.status, answer.body)
                assert answer.json["errors"][0]["code"].startswith("store."), answer.body
            answer = server.request("POST", "/api/v2/users", {"name": "A", "email": "a@example.org"},
                                    token=server.demo["admin_token"])
            assert answer.status == 503, (answer.status, answer.body)
            assert participant(server.call(conversation), "external")["state"] == "connected"
            assert server.request("POST", path + "?validateOnly=true", body, token=token).status == 200
            assert len([e for e in carrier.events() if e.get("event") == "invite"]) == before
        again = server.request("POST", path, body, token=token, headers={"Idempotency-Key": "full-0"})
        assert again.status == 200, (again.status, again.body)
        assert again.headers.get("Idempotent-Replayed") is None
        for one in (conversation, again.json["id"]):
            assert server.request("POST", f"/api/v2/conversations/{one}/disconnect", token=token).status == 202
            server.finished(one)


main(globals())
