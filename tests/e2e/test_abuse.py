"""What strangers send: broken JSON, ambiguous framing, clients that never finish.

Every refusal is a 400 that names the byte (for JSON) or what is ambiguous (for framing), and a
healthy client is served meanwhile.
"""
import json
import selectors
import socket
import time

from harness import PATIENCE_S, Server, main, until

# Body, byte offset of what can't stand where it stands: the first byte of the word, number or escape.
BROKEN = [
    (b"", 0),
    (b" ", 1),
    (b"{", 1),
    (b"}", 0),
    (b"[", 1),
    (b"[]", 0),                             # no object
    (b'"text"', 0),
    (b"null", 0),
    (b"{'to':1}", 1),
    (b'{"to":}', 6),
    (b'{"to" 1}', 6),
    (b'{"to":1,}', 7),                      # the comma is what has to go
    (b'{"to":1 "from":2}', 8),
    (b'{"to":1}}', 8),
    (b'{"to":1} x', 9),
    (b'{to:1}', 1),
    (b'{"to":01}', 6),
    (b'{"to":+1}', 6),
    (b'{"to":.5}', 6),
    (b'{"to":1.}', 8),
    (b'{"to":1e}', 8),
    (b'{"to":0x10}', 6),
    (b'{"to":-}', 6),
    (b'{"to":tru}', 6),
    (b'{"to":True}', 6),
    (b'{"to":None}', 6),
    (b'{"to":undefined}', 6),
    (b'{"to":NaN}', 6),
    (b'{"to":"a}', 9),
    (b'{"to":"\\x41"}', 7),
    (b'{"to":"\\u12G4"}', 7),
    (b'{"to":"\\ud800"}', None),            # a lone surrogate: any place inside the string
    (b'{"to":"a\nb"}', 8),
    (b'{"to":"a\x00b"}', 8),
    (b'{"to":"a\x01b"}', 8),
    (b'{"to":"\xff"}', 7),
    (b'{"to":"\xc0\xaf"}', 7),
    (b'{"to":"\xed\xa0\x80"}', 7),
    (b'{/* c */"to":1}', 1),
    (b'// c\n{"to":1}', 0),
    (b'{"to":[1,2}', 10),
    (b'{"to":[1,]}', 8),
    (b'{"to":{"a":1]}', 12),
    (b'\xef\xbb\xbf{"to":1}', 0),
    (b'to=%2B6591234567', 0),
    (b"<to>1</to>", 0),
    (b'{"to":1,"to":2}', None),             # the same member twice: the answer names it
    (b'{"to":' + b"[" * 3000, None),        # too deep
    (b'{\x00"to":1}', 1),
]


def test_forty_broken_bodies_are_answered_with_the_byte():
    with Server("127.0.0.1:9") as server:
        for body, offset in BROKEN:
            answer = server.request("POST", "/api/v2/conversations/calls", body)
            assert answer.status == 400, (body, answer.status, answer.body)
            fault = answer.json["errors"][0]
            assert fault["code"].startswith("body."), (body, fault)
            assert fault.get("line", 0) >= 1 and fault.get("column", 0) >= 1 or offset is None, (body, fault)
            if offset is not None and fault["code"] == "body.not_json":
                assert fault["offset"] == offset, (body, offset, fault)


FRAMINGS = {
    "CL and TE": b"POST /api/v2/conversations/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TE and CL": b"POST /api/v2/conversations/calls HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two CL": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "two equal CL": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "CL list": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "CL plus": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
    "CL minus": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: -4\r\n\r\nabcd",
    "CL hex": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd",
    "CL huge": b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "TE unknown": b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "TE twice": b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TE list": b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "TE identity": b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
    "TE in HTTP/1.0": b"POST /health HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare LF": b"GET /health HTTP/1.1\nHost: x\n\n",
    "one bare LF": b"GET /health HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
    "bare CR": b"GET /health HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
    "folded": b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    "space before colon": b"GET /health HTTP/1.1\r\nHost : x\r\n\r\n",
    "NUL": b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "two Host": b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no Host": b"GET /health HTTP/1.1\r\n\r\n",
    "chunk size": b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
}


def exchange(address, raw):
    """Sends raw bytes, returns everything until the peer closes."""
    with socket.create_connection(address, timeout=PATIENCE_S) as peer:
        peer.sendall(raw)
        got = b""
        while True:
            try:
                more = peer.recv(65536)
            except ConnectionResetError:
                return got
            if not more:
                return got
            got += more


def test_ambiguous_framing_is_refused_and_the_connection_closed():
    with Server("127.0.0.1:9") as server:
        for name, raw in FRAMINGS.items():
            got = exchange(server.address, raw)
            assert got.startswith(b"HTTP/1.1 400 "), (name, got[:200])
            assert got.count(b"HTTP/1.1 ") == 1, (name, got)
            fault = json.loads(got.split(b"\r\n\r\n", 1)[1])
            assert fault["status"] == 400 and fault["errors"][0]["code"].startswith("http."), (name, fault)


def test_a_thousand_slow_clients_are_cut_and_a_healthy_one_is_served():
    slow_count = 1000
    with Server("127.0.0.1:9", settings=["http.header_deadline_ms=4000", "http.body_deadline_ms=4000",
                                         "http.connections_max=2000"]) as server:
        began = time.monotonic()
        waiting = selectors.DefaultSelector()
        heads = [b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                 b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"]
        for n in range(slow_count):
            peer = socket.create_connection(server.address, timeout=PATIENCE_S)
            peer.sendall(heads[n % 2])
            peer.setblocking(False)
            waiting.register(peer, selectors.EVENT_READ)
        cut, served, drip = 0, 0, time.monotonic()
        while cut < slow_count:
            assert time.monotonic() - began < PATIENCE_S, f"only {cut} of {slow_count} were cut"
            if server.request("GET", "/health", token="").status == 200:
                served += 1
            if time.monotonic() - drip > 0.5:  # a byte now and then does not buy more time
                drip = time.monotonic()
                for key in list(waiting.get_map().values()):
                    try:
                        key.fileobj.send(b"a")
                    except OSError:
                        pass
            for key, _ in waiting.select(timeout=0):
                try:
                    gone = not key.fileobj.recv(65536)
                except BlockingIOError:
                    gone = False
                except OSError:
                    gone = True
                if gone:
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()
                    cut += 1
        print(f"{cut} slow clients cut after {time.monotonic() - began:.1f} s; {served} healthy requests served meanwhile")
        assert served > 20
        until("the connections to be gone", lambda: server.request("GET", "/health", token="").status == 200)


main(globals())
