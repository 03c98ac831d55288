"""SIP scanners: strangers get no answer at all, whatever they send; trunks and stations do, before any call was made."""
import re
import socket
import subprocess
import tempfile

from harness import Server, Simulator, main, until

TRUNK = "127.0.0.41"  # configured, never called
SCANNER = "127.0.0.42"


def message(method, source, extra="", tag=""):
    return (f"{method} sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {source};branch=z9hG4bK{method};rport\r\n"
            f"From: <sip:100@{source}>;tag=1\r\nTo: <sip:100@127.0.0.1>{tag}\r\nCall-ID: {method}{source}{tag}\r\n"
            f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\n{extra}Content-Length: 0\r\n\r\n").encode()


def ask(source, port, *messages):
    """What came back over UDP for messages from `source`, after somebody known was answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        for one in messages:
            sock.sendto(one, ("127.0.0.1", port))
        drained(port)
        sock.setblocking(False)
        got = []
        while True:
            try:
                got.append(sock.recv(65536))
            except BlockingIOError:
                return got


def drained(port):
    """Each worker's socket has been read empty: someone known was answered from several ports after all that."""
    for _ in range(16):  # the kernel spreads them over the workers by their ports
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((TRUNK, 0))
            sock.settimeout(20)
            sock.sendto(message("OPTIONS", TRUNK), ("127.0.0.1", port))
            assert sock.recv(65536).startswith(b"SIP/2.0 200 ")


def start():
    return Server(f"{TRUNK}:5060", "sip:dana@127.0.0.43:5060")


def test_trunks_and_stations_are_answered_before_any_call():
    with start() as server:
        port = int(server.ready["sip"].rsplit(":", 1)[1])
        for source in (TRUNK, "127.0.0.43"):
            answers = ask(source, port, message("OPTIONS", source), message("INVITE", source), message("REGISTER", source),
                          message("DANCE", source))
            assert [answer[8:11] for answer in answers] == [b"200", b"403", b"405", b"501"], answers
        for _ in range(2):  # the first connection may be taken by either worker
            with socket.create_connection(("127.0.0.1", port), source_address=(TRUNK, 0), timeout=20) as tcp:
                tcp.sendall(message("OPTIONS", TRUNK).replace(b"/UDP", b"/TCP"))
                assert tcp.recv(65536).startswith(b"SIP/2.0 200 ")


def test_a_change_of_a_station_is_seen():
    with start() as server:
        port = int(server.ready["sip"].rsplit(":", 1)[1])
        assert ask("127.0.0.44", port, message("OPTIONS", "127.0.0.44")) == []
        made = server.request("POST", "/api/v2/stations", {"name": "new", "sipUri": "sip:new@127.0.0.44:5060"},
                              token=server.demo["admin_token"])
        assert made.status == 200, made.body
        until("the new station to be answered", lambda: ask("127.0.0.44", port, message("OPTIONS", "127.0.0.44")))


def test_strangers_get_nothing():
    with start() as server:
        port = int(server.ready["sip"].rsplit(":", 1)[1])
        methods = ["OPTIONS", "INVITE", "REGISTER", "BYE", "CANCEL", "ACK", "SUBSCRIBE", "MESSAGE", "DANCE"]
        sent = [message(method, SCANNER, tag=tag) for method in methods for tag in ("", ";tag=2")]
        sent += [b"OPTIONS\r\n\r\n", b"\r\n\r\n", b"\0" * 40, sent[0][:80],
                 message("OPTIONS", SCANNER).replace(b"Call-ID: ", b"Call-ID: 01-")]
        assert ask(SCANNER, port, *sent) == []
        for what in (b"", message("OPTIONS", SCANNER)):
            with socket.create_connection(("127.0.0.1", port), source_address=(SCANNER, 0), timeout=20) as tcp:
                try:
                    tcp.sendall(what)
                    assert tcp.recv(4096) == b""
                except ConnectionError:  # closed with our bytes unread
                    pass


def run(tool, *args):
    """One of the scanners; bounded by its own arguments and by a time. It sends from 127.0.0.1: not each of them
    can be told another address."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([tool, *map(str, args)], capture_output=True, text=True, timeout=120,
                              env={"HOME": home, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, check=False)
    return done.stdout + done.stderr


def test_sipvicious_finds_nothing_and_calls_go_on():
    with Simulator("--listen", f"{TRUNK}:0") as carrier, Server(carrier.sip, "sip:dana@127.0.0.43:5060") as server:
        port = server.ready["sip"].rsplit(":", 1)[1]
        before = server.place_agentless()
        server.in_state(before, "external", "connected")
        found = {
            "svmap": run("svmap", "-p", port, "127.0.0.1"),
            "svmap INVITE": run("svmap", "-p", port, "-m", "INVITE", "127.0.0.1"),
            "svwar": run("svwar", "-p", port, "-e", "100-140", "--force", "127.0.0.1"),
            "svwar INVITE": run("svwar", "-p", port, "-e", "100-140", "-m", "INVITE", "--force", "127.0.0.1"),
            "svcrack": run("svcrack", "-p", port, "-u", "100", "-r", "1000-1040", "127.0.0.1"),
        }
        for name, output in found.items():
            table = [line for line in output.splitlines() if line.startswith("|") and "Device" not in line
                     and "Extension" not in line and "Password" not in line]
            assert not table, f"{name} found something:\n{output}"
            assert "Traceback" not in output, f"{name} did not run:\n{output}"
        again = server.place_agentless()
        server.in_state(again, "external", "connected")
        for conversation in (before, again):
            assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                  token=server.demo["agentless_token"]).status == 202
            server.finished(conversation)
        server.stop()
        log = server.output()
    seconds = re.findall(r"^(\S{19})\S* \S+ sip\.stranger source=127\.0\.0\.1 ", log, re.MULTILINE)
    assert seconds, "the scanners were not told of:\n" + log[-2000:]
    # a second of the log may touch two of the limit
    assert max(seconds.count(second) for second in seconds) <= 2, seconds
    strangers = sum(int(n) for n in re.findall(r"from_strangers=(\d+)", log))
    # each of them asks once whether anybody is there, and believes the silence
    assert strangers >= len(found), f"only {strangers} messages reached the server: {found}"


main(globals())
