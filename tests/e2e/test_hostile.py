"""What is sent to do harm: texts that would end a SIP header or a log line, datagrams that are almost SIP, from
strangers and from the carrier, sound that is none, thousands of broken requests.

No 5xx, no answer to strangers, nothing of a caller's text as a header of its own; and the calls that are up stay up.
"""
import http.client
import json
import random
import re
import socket
import threading

from harness import Server, main, participant, until

STRANGER = "127.0.0.2"  # another host than the carrier's, as far as the server can tell
SEED = 20261123

SDP = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
       "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n")


class Telephone:
    """A carrier of a few lines that answers every INVITE, and keeps what it was sent and may send anything."""

    def __init__(self):
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", 0))
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.sip.getsockname()[1]
        self.received, self.server = [], None
        self.open = True
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.open = False
        self.sip.sendto(b"", self.sip.getsockname())
        self.thread.join()
        self.sip.close()
        self.rtp.close()

    def run(self):
        while self.open:
            try:
                datagram, peer = self.sip.recvfrom(65536)
            except ConnectionRefusedError:
                continue
            if not datagram.startswith((b"INVITE ", b"BYE ", b"CANCEL ", b"ACK ", b"SIP/2.0 ")):
                continue
            self.received.append(datagram)
            self.server = peer
            if datagram.startswith(b"INVITE "):
                self.sip.sendto(reply(datagram, "180 Ringing"), peer)
                self.sip.sendto(reply(datagram, "200 OK", SDP.format(port=self.rtp.getsockname()[1])), peer)
            elif datagram.startswith((b"BYE ", b"CANCEL ")):
                self.sip.sendto(reply(datagram, "200 OK"), peer)

    def invites(self):
        return [message for message in list(self.received) if message.startswith(b"INVITE ")]

    def invite_of(self, conversation):
        return until("the INVITE", lambda: next((m for m in self.invites() if conversation.encode() in m), None))

    def send(self, datagram):
        self.sip.sendto(datagram, self.server)


def header(message, name):
    for line in message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]:
        if line.lower().startswith(name.lower().encode() + b":"):
            return line.split(b":", 1)[1].strip().decode("latin-1")
    return None


def header_names(message):
    return [line.split(b":", 1)[0] for line in message.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]]


def reply(request, status, body=None, tag="far-1", **instead):
    lines = [f"SIP/2.0 {status}"]
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        value = instead.get(name.replace("-", ""), header(request, name))
        if name == "To" and tag and ";tag=" not in value:
            value += ";tag=" + tag
        lines.append(f"{name}: {value}")
    lines.append("Contact: <sip:far@127.0.0.1:9>" if "Contact" not in instead else instead["Contact"])
    if body:
        lines.append("Content-Type: application/sdp")
    lines += [f"Content-Length: {len(body or '')}", "", body or ""]
    return "\r\n".join(lines).encode("latin-1")


INJECTED = ["\r\nX-Injected: 1", "\nX-Injected: 1", "\rX-Injected: 1", "%0d%0aX-Injected: 1", "\u0000", ">", "<sip:evil@127.0.0.9>",
            "\"", "\\", "\" <sip:evil@127.0.0.9>;x=\"", ";x=1", "&x=1", "?X-Injected=1", "@127.0.0.9", ",", " ", "\t", "\u2028", "\u0085",
            "💥", "\u202eabc", "a" * 40, "%", "%s%n", "\\\"", "' --", "\x7f", "\x1b[2J"]


def agentless(server):
    return {"path": f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
            "token": server.demo["agentless_token"]}


def hang_up(server, conversation):
    server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["agentless_token"])


def test_texts_of_callers_never_become_headers():
    with Telephone() as carrier, Server(carrier.address) as server:
        where = agentless(server)
        plain = server.place_agentless()
        expected = header_names(carrier.invite_of(plain))
        hang_up(server, plain)
        placed = 0
        for text in INJECTED:
            for body in ({"phoneNumber": "+6591234567", "callerId": "+6534567890", "callerIdName": "Dana" + text},
                         {"phoneNumber": "+6591234567" + text}, {"phoneNumber": "+65912" + text + "34567"},
                         {"phoneNumber": "+6591234567", "callerId": "+6534567890" + text},
                         {"to": {"phoneNumber": "+6591234567"}, "providerId": "12345-abcde-67890" + text}):
                answer = server.request("POST", where["path"], body, token=where["token"])
                assert answer.status == 200 or 400 <= answer.status < 500, (text, answer.status, answer.body)
                if answer.status != 200:
                    continue
                placed += 1
                conversation = answer.json["id"]
                invite = carrier.invite_of(conversation)
                assert header_names(invite) == expected, (text, invite)
                head = invite.split(b"\r\n\r\n", 1)[0]
                assert invite.startswith(b"INVITE sip:+6591234567@127.0.0.1:"), invite[:200]
                assert header(invite, "To").startswith("<sip:+6591234567@127.0.0.1"), invite
                assert "sip:+6534567890@" in header(invite, "From").split("<")[-1], invite
                assert head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n") and b"\0" not in head, invite
                hang_up(server, conversation)
        assert placed > 10, placed
        until("all to end", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)


def test_stations_that_cannot_be_called_are_refused_when_they_are_made():
    with Telephone() as carrier, Server(carrier.address) as server:
        for text in INJECTED:
            uris = (f"sip:dana{text}@127.0.0.1:9", f"sip:dana@127.0.0.1:9{text}", f"sip:dana@127.0.0.1{text}:9", f"{text}sip:a@b")
            for number, uri in enumerate(uris):  # a name is there once
                answer = server.request("POST", "/api/v2/stations", {"name": f"s{number}{text}", "sipUri": uri},
                                        token=server.demo["admin_token"])
                assert answer.status in (200, 400), (uri, answer.status, answer.body)
                if answer.status == 200:  # then it can be rung: nothing after the host but what we know
                    assert re.fullmatch(r"[a-z0-9.]+:9", uri.split("@")[1]), uri
                    station = answer.json["id"]
                    user = server.demo["user_id"]
                    answer = server.request("PUT", f"/api/v2/users/{user}/station/associatedstation/{station}", token=server.demo["admin_token"])
                    assert answer.status == 202, (uri, answer.body)
                    answer = server.request("POST", "/api/v2/conversations/calls", {"to": {"phoneNumber": "+6591234567"}})
                    assert answer.status == 200 or 400 <= answer.status < 500, (uri, answer.status, answer.body)
                    if answer.status == 200:
                        server.request("POST", f"/api/v2/conversations/{answer.json['id']}/disconnect")
                    server.request("DELETE", f"/api/v2/users/{user}/station/associatedstation", token=server.demo["admin_token"])


def test_the_log_has_one_line_an_event_whatever_is_sent():
    with Server("127.0.0.1:9", settings=["log.level=debug"]) as server:
        for text in INJECTED:
            server.request("GET", "/api/v2/users?pageSize=" + "".join(f"%{byte:02X}" for byte in text.encode()))
            server.request("POST", "/api/v2/users", {"name": "a" + text, "email": "x" + text + "@a.example"},
                           token=server.demo["admin_token"])
            clean = text.encode().decode("latin-1").translate({0: None, 10: None, 13: None})
            for name in ("ININ-Correlation-Id", "Idempotency-Key", "User-Agent"):
                answer = server.request("POST", "/api/v2/conversations/calls?validateOnly=true", {}, headers={name: "a" + clean})
                assert 400 <= answer.status < 500, (text, answer.status)
                assert "X-Injected" not in answer.headers
        output = server.output()
        for line in output.split("\n")[:-1]:
            assert line[:4].isdigit() and line[4] == "-", repr(line)
        assert "\x1b" not in output and "\0" not in output and "\r" not in output


def almost_sip(rng, target, good):
    """Requests and responses that a reader may stumble over (what RFC 4475 is about, in our own words), and noise."""
    local = f"{STRANGER}:5060"
    base = (f"OPTIONS sip:x@{target} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\n"
            f"To: <sip:x@{target}>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n").encode()
    fixed = [
        b"", b"\r\n\r\n", b"\0" * 100, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n", b"SIP/2.0 200\r\n",
        base, base.replace(b"OPTIONS", b"INVITE"), base.replace(b"OPTIONS", b"BYE"), base.replace(b"OPTIONS", b"REGISTER"),
        base.replace(b"OPTIONS", b"NOTHING"), base.replace(b"OPTIONS", b"ACK"), base.replace(b"1 OPTIONS", b"1 INVITE"),
        base.replace(b"CSeq: 1", b"CSeq: 99999999999"), base.replace(b"CSeq: 1 ", b"CSeq: -1 "), base.replace(b"CSeq", b"X"),
        base.replace(b"Content-Length: 0", b"Content-Length: 9999"), base.replace(b"Content-Length: 0", b"Content-Length: -1"),
        base.replace(b"Content-Length: 0", b"Content-Length: 0\r\nContent-Length: 7"), base.replace(b"SIP/2.0\r", b"SIP/7.0\r"),
        base.replace(b"Via", b"v"), base.replace(b"Via: ", b"Via :\t\r\n  "), base.replace(b"From: <sip:a@b>;tag=1", b"From: \"a\\"),
        base.replace(b"Max-Forwards: 70", b"Max-Forwards: 0"), base.replace(b"Max-Forwards: 70", b"Max-Forwards: 300"),
        base.replace(b"\r\n", b"\n"), base.replace(b"sip:x@", b"sip:%00x@"), base.replace(b"<sip:a@b>", b"sip:a@b;x=1,<sip:c@d>"),
        base.replace(b"tag=1", b"tag=" + b"a" * 4000), base.replace(b"Call-ID: c1", b"Call-ID: " + b"c" * 30000),
        base.replace(b"Max-Forwards: 70", b"\r\n".join(b"X-%d: y" % n for n in range(3000))),
        base.replace(b"Max-Forwards: 70", b"Route: " + b",".join([b"<sip:a@b;lr>"] * 1500)),
        base.replace(b"Via: ", b"Via: SIP/2.0/UDP [::1;branch=x\r\nVia: "), base.replace(b"branch=z9hG4bKa", b"rport=99999;received=;maddr=\""),
        base.replace(b"Max-Forwards: 70", b"Require: nothing-known\r\nProxy-Require: x"), base + b"x" * 20000,
        base.replace(b"OPTIONS sip:x", b"OPTIONS  sip:x"), base.replace(b"OPTIONS sip", b"OPTIONS <sip"), base[:-4], base[:60], base[:1],
    ]
    for datagram in fixed:
        yield datagram
    for source in [base, *good]:
        for _ in range(150):
            mutant = bytearray(source)
            for _ in range(rng.randrange(1, 6)):
                at = rng.randrange(len(mutant) + 1)
                what = rng.random()
                if what < 0.4:
                    mutant[at:at + 1] = bytes([rng.randrange(256)])
                elif what < 0.6:
                    del mutant[at:at + rng.randrange(1, 30)]
                elif what < 0.8:
                    mutant[at:at] = rng.choice([b"\r\n", b"\0", b"\"", b"<", b">", b";", b",", b" ", b"\r\n ", b"%", b":", b"=", b"\\", b"9" * 12])
                else:
                    other = rng.randrange(len(mutant) + 1)
                    mutant[at:at] = mutant[min(at, other):max(at, other)][:2000]
            yield bytes(mutant[:60000])


def test_strangers_get_no_answer_and_do_no_harm():
    rng = random.Random(SEED)
    with Telephone() as carrier, Server(carrier.address) as server, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((STRANGER, 0))
        conversation = server.place_agentless()
        server.in_state(conversation, "external", "connected")
        host, port = server.ready["sip"].rsplit(":", 1)
        invite = carrier.invite_of(conversation)
        good = [reply(invite, "200 OK", "x"), reply(invite, "486 Busy Here"), invite]
        sent = 0
        for datagram in almost_sip(rng, server.ready["sip"], good):
            stranger.sendto(datagram, (host, int(port)))
            sent += 1
            if sent % 50 == 0:  # the server reads as fast as we send
                assert server.request("GET", "/health", token="").status == 200
        with socket.create_connection((host, int(port)), source_address=(STRANGER, 0)) as link:
            link.settimeout(20)
            try:
                link.sendall(b"OPTIONS sip:x SIP/2.0\r\n\r\n")
                assert link.recv(4096) == b""
            except ConnectionError:
                pass
        assert participant(server.call(conversation), "external")["state"] == "connected"
        stranger.setblocking(False)
        try:
            raise AssertionError(f"a stranger was answered: {stranger.recv(4096)!r}")
        except BlockingIOError:
            pass
        assert sent > 500
        hang_up(server, conversation)
        server.finished(conversation)


def test_a_carrier_that_sends_nonsense():
    rng = random.Random(SEED + 1)
    with Telephone() as carrier, Server(carrier.address) as server:
        conversation = server.place_agentless()
        server.in_state(conversation, "external", "connected")
        invite = carrier.invite_of(conversation)
        wrong = [
            reply(invite, "200 OK", "x", tag="another"), reply(invite, "200 OK", tag=None), reply(invite, "999 What"),
            reply(invite, "99 Low"), reply(invite, "-1 x"), reply(invite, "486 Busy", Via="SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKnone"),
            reply(invite, "486 Busy", From="<sip:x@y>;tag=none"), reply(invite, "486 Busy", CSeq="7 INVITE"),
            reply(invite, "486 Busy", CSeq="1 BYE"), reply(invite, "486 Busy", CallID="none"), reply(invite, "401 No"),
            reply(invite, "407 No", Contact="Proxy-Authenticate: Digest realm=\"" + "a" * 3000),
            reply(invite, "302 Moved", Contact="Contact: <sip:evil@127.0.0.9>"),
            reply(invite, "200 OK", "v=0\r\nm=audio 70000 RTP/AVP 8\r\nc=IN IP4 999.1.1.1\r\n", tag="forked"),
            reply(invite, "183 Early", "v=0\r\n" * 5000), reply(invite, "200 OK", Contact="Contact: *"),
            reply(invite, "200 OK", Contact="Contact: <sip:a@b>, <sip:" + "c" * 2000 + "@d>", tag="t2"),
        ]
        good = [reply(invite, "180 Ringing"), reply(invite, "200 OK", SDP.format(port=9), tag="t3"), invite]
        for n, datagram in enumerate([*wrong, *almost_sip(rng, server.ready["sip"], good)]):
            carrier.send(datagram)
            if n % 50 == 0:
                assert server.request("GET", "/health", token="").status == 200
        # The one dialog that counts is as it was: a new leg of it, or a BYE of a fork, changed nothing.
        assert participant(server.call(conversation), "external")["state"] == "connected"
        hang_up(server, conversation)
        view = server.finished(conversation)
        assert participant(view, "external")["disconnectType"] == "client", view
        again = server.place_agentless()
        server.in_state(again, "external", "connected")
        hang_up(server, again)
        server.finished(again)


def media_port(invite):
    for line in invite.split(b"\r\n"):
        if line.startswith(b"m=audio "):
            return int(line.split()[1])
    raise AssertionError(invite)


def test_sound_that_is_none():
    rng = random.Random(SEED + 2)
    with Telephone() as carrier, Telephone() as station, Server(carrier.address, f"sip:dana@{station.address}") as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        ports = [("127.0.0.1", media_port(phone.invite_of(conversation))) for phone in (carrier, station)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((STRANGER, 0))
            for n in range(1500):
                datagram = bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 11, 12, 13, 40, 172, 1400])))
                if n % 2:
                    datagram = bytes([0x80 | rng.randrange(64), rng.choice([8, 0, 101, 200, 72])]) + datagram
                for sender in (carrier.rtp, station.rtp, stranger):
                    sender.sendto(datagram, rng.choice(ports))
            for port in ports:
                stranger.sendto(b"\x80\x08" + b"x" * 60000, port)
        assert participant(server.call(conversation), "external")["state"] == "connected"
        server.request("POST", f"/api/v2/conversations/{conversation}/disconnect")
        server.finished(conversation)


def test_thousands_of_broken_bodies():
    rng = random.Random(SEED + 3)
    with Server("127.0.0.1:9") as server:
        good = json.dumps({"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"},
                           "callType": "outbound", "providerId": server.demo["provider_id"], "attributes": {"a": "b\u00e9\\"}}).encode()
        link = http.client.HTTPConnection(*server.address, timeout=60)
        bits = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u00", b"1e999", b"-", b"\0", b"/*", b"\xff", b"\xed\xa0\x80", b"null",
                b"9" * 19, b"{" * 300, b"[" * 300, b'"a":' * 200]
        for n in range(3000):
            body = bytearray(good)
            for _ in range(rng.randrange(1, 4)):
                at = rng.randrange(len(body) + 1)
                if rng.random() < 0.5:
                    body[at:at + rng.randrange(0, 4)] = rng.choice(bits)
                else:
                    body[at:at + 1] = bytes([rng.randrange(256)])
            answer = server.request("POST", "/api/v2/conversations/calls?validateOnly=true", bytes(body), connection=link)
            assert answer.status == 200 or 400 <= answer.status < 500, (bytes(body), answer.status, answer.body)
            if answer.status != 200:
                for fault in answer.json["errors"]:
                    assert fault.get("pointer") or fault.get("line") or fault.get("found"), (bytes(body), fault)
        assert server.request("POST", "/api/v2/conversations/calls", b"{" + b" " * (1 << 20) + b"}").status == 413
        link.close()


if __name__ == "__main__":
    main(globals())
