"""RFC 4475's messages against a running server, from an address that belongs to a trunk: each gets the answer that
tests/sip/torture/expected.tsv names, over UDP and TCP, and calls work as before."""
import contextlib
import pathlib
import re
import socket

from harness import SOURCE, Server, Simulator, main, participant

TRUNK = "127.0.0.1"
FOLDER = SOURCE / "tests/sip/torture"
ROWS = [line.split("\t") for line in (FOLDER / "expected.tsv").read_text().splitlines() if not line.startswith("#")]
QUESTION = (b"OPTIONS sip:last SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1;branch=z9hG4bKlast;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
            b"To: <sip:c@d>\r\nCall-ID: last\r\nCSeq: 77 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")


def codes(answers):
    found = [re.match(rb"SIP/2\.0 (\d{3}) ", answer)[1].decode() for answer in answers if b"CSeq: 77 OPTIONS" not in answer]
    return ",".join(found) or "-"


def with_rport(message):
    """The answer has to come to our port, not to the one of the Via: what RFC 3581 is for. Nothing else changes."""
    return re.sub(rb"(?is)^(.*?[\r\n](?:via|v)\s*:\s*SIP\s*/\s*\d\.0\s*/\s*\w+\s+[^\s;\r]+)", rb"\1;rport", message, count=1)


def over_udp(port, message):
    """What comes back, up to the answer to a question that follows from the same port, so to the same worker."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((TRUNK, 0))
        sock.settimeout(20)
        sock.sendto(with_rport(message), ("127.0.0.1", port))
        sock.sendto(QUESTION % b"UDP", ("127.0.0.1", port))
        answers = []
        while not answers or b"CSeq: 77 OPTIONS" not in answers[-1]:
            answers.append(sock.recv(65536))
        return codes(answers)


def over_tcp(port, message):
    """What comes back until the server closes, which it does once we have nothing more to say."""
    with socket.create_connection(("127.0.0.1", port), source_address=(TRUNK, 0), timeout=20) as sock:
        got = b""
        with contextlib.suppress(ConnectionError):  # closed before it has read everything
            sock.sendall(message)
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                got += piece
        return codes(re.findall(rb"SIP/2\.0 \d{3} .*?\r\n\r\n", got, re.DOTALL))


def call_works(server):
    conversation = server.place_agentless()
    server.in_state(conversation, "external", "connected")
    assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                          token=server.demo["agentless_token"]).status == 202
    assert participant(server.finished(conversation), "external")["disconnectType"] == "client"


def test_each_message_gets_its_answer_and_calls_go_on():
    assert len(ROWS) == 49
    with Simulator() as carrier, Server(carrier.sip) as server:
        port = int(server.ready["sip"].rsplit(":", 1)[1])
        standing = server.place_agentless()
        server.in_state(standing, "external", "connected")
        wrong = []
        for name, _, _, _, _, udp, tcp in ROWS:
            message = pathlib.Path(FOLDER / f"{name}.sip").read_bytes()
            for way, ask, expected in (("UDP", over_udp, udp), ("TCP", over_tcp, tcp)):
                got = ask(port, message)
                if got != expected:
                    wrong.append(f"{name} over {way}: {got}, not {expected}")
        assert not wrong, "\n".join(wrong)
        assert server.call(standing)["participants"], "the call that stood is gone"
        server.in_state(standing, "external", "connected")
        call_works(server)
        assert server.request("POST", f"/api/v2/conversations/{standing}/disconnect",
                              token=server.demo["agentless_token"]).status == 202
        server.finished(standing)
        assert server.request("GET", "/health", token="").status == 200


main(globals())
