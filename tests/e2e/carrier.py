"""A carrier that follows a script for each number: for misbehaviour on the wire, which no decent SIP stack can be made to show.

A script is a row of words, done in order:

    180            answers the INVITE with this status; more behind semicolons:
                     sdp, sdp=none|garbage|refused|g729|far|two   a description (200 has a good one by itself)
                     t=TAG       the telephone that speaks (forks); t= for no tag at all
                     r=BYE       answers that request instead
                     c=none|huge|bad|tel|dead   no Contact, or a strange one
                     q=17        Reason: Q.850;cause=17
                     h=Name:Value   a header line, _ for spaces
                     rel=5       sent reliably: Require: 100rel, RSeq: 5
                     se=90,uac   Session-Expires: 90;refresher=uac (of requests too); Allow: UPDATE with u
                     x=20        so many times
                     branch, cseq, callid   is wrong there: belongs to no request of ours
                     split, double   over TCP in pieces, or twice at once
    wait=CANCEL    until such a request comes (INVITE: the next one, with credentials)
    after=0.5      so many seconds later
    BYE INVITE UPDATE INFO OPTIONS REFER DANCE   a request of its own in the dialog; t=TAG as above
    garbage        bytes that are no SIP
    rst            cuts the TCP connection
    deaf           answers nothing from here on

Where a script does not wait for it: CANCEL gets 200 and the INVITE 487, BYE and others 200.
"""
import heapq
import re
import select
import socket
import struct
import threading
import time

HUGE = "sip:carrier@{here};x=" + "a" * 3000
SDP = "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {codec}\r\n"


class Message:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        self.start, self.lines = lines[0], [line.partition(": ")[::2] for line in lines[1:]]
        self.method = self.start.split(" ")[0]

    def all(self, name):
        return [value for key, value in self.lines if key.lower() == name.lower()]

    def one(self, name):
        return (self.all(name) or [""])[0]


class Call:
    def __init__(self, carrier, invite, reply):
        self.carrier, self.invite, self.reply = carrier, invite, reply
        self.script = None
        self.waits = None
        self.last = {"INVITE": invite}
        self.heard = []          # (method, tag in To)
        self.answered, self.acked, self.over = set(), set(), set()
        self.deaf = False
        self.cseq = 0

    def tag_of(self, message):
        return (re.search(r";tag=([^;>]*)$", message.one("To")) or [None, ""])[1]

    def contact(self, kind):
        here = self.carrier.here + (";transport=tcp" if self.carrier.tcp else "")
        return {"": f"<sip:carrier@{here}>", "huge": f"<{HUGE.format(here=here)}>", "bad": "<sip:>;;;\"", "none": None,
                "tel": "<tel:+4930123>", "dead": "<sip:carrier@127.0.0.1:9>"}[kind]

    def description(self, kind):
        if kind in (None, "none"):
            return ""
        if kind == "garbage":
            return "this is no session description\r\n"
        port = 0 if kind == "refused" else self.carrier.rtp.getsockname()[1]
        text = SDP.format(ip="192.0.2.9" if kind == "far" else "127.0.0.1", port=port, codec=18 if kind == "g729" else 0)
        return text + (text[text.index("m="):] if kind == "two" else "")

    @staticmethod
    def extensions(given):
        lines = ["Require: 100rel", f"RSeq: {given['rel']}"] if "rel" in given else []
        if "se" in given:
            lines.append("Session-Expires: {};refresher={}".format(*given["se"].split(",")))
        return lines + (["Allow: INVITE, ACK, BYE, UPDATE"] if "u" in given else [])

    def answer(self, code, given):
        request = self.last.get(given.get("r", "INVITE"), self.invite)
        tag = given.get("t", "a")
        vias = request.all("Via")
        if "branch" in given:
            vias[0] = re.sub(r"branch=[^;]*", "branch=z9hG4bK0123456789abcdef", vias[0])
        to = request.one("To")
        if code > 100 and ";tag=" not in to and tag:
            to += f";tag={tag}"
        cseq = request.one("CSeq") if "cseq" not in given else "77 INVITE"
        lines = [f"SIP/2.0 {code} {given.get('p', 'Said').replace('_', ' ')}", *(f"Via: {via}" for via in vias),
                 f"From: {request.one('From')}", f"To: {to}",
                 f"Call-ID: {request.one('Call-ID') + ('x' if 'callid' in given else '')}", f"CSeq: {cseq}"]
        contact = self.contact(given.get("c", ""))
        if contact and 100 < code < 400 and request.method == "INVITE":
            lines.append(f"Contact: {contact}")
        if "q" in given:
            lines.append(f"Reason: Q.850;cause={given['q']}")
        if "h" in given:
            lines.append(given["h"].replace("_", " ").replace(":", ": ", 1))
        lines += self.extensions(given)
        good = 200 <= code < 300 and request.method == "INVITE"
        body = self.description(given.get("sdp", "good") if good or "sdp" in given else None)
        if body and "Content-Type" not in given.get("h", ""):
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        if good and not {"branch", "callid"} & set(given) and tag:
            self.answered.add(tag)
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def request(self, method, given):
        self.cseq += 1
        tag = given.get("t", "a")
        uri = re.search(r"<(.*?)>", self.invite.one("Contact"))[1]
        transport = "TCP" if self.carrier.tcp else "UDP"
        to = self.invite.one("From")
        body = self.description(given.get("sdp", "good")) if method in ("INVITE", "UPDATE") else ""
        text = (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {self.carrier.here};branch=z9hG4bK{self.cseq}{method}{id(self)};rport\r\n"
                f"From: {self.invite.one('To')};tag={tag}\r\nTo: {to}\r\nCall-ID: {self.invite.one('Call-ID')}\r\n"
                f"CSeq: {self.cseq} {method}\r\nMax-Forwards: 70\r\nContact: {self.contact('')}\r\n")
        if "q" in given:
            text += f"Reason: Q.850;cause={given['q']}\r\n"
        text += "".join(line + "\r\n" for line in self.extensions(given))
        if body:
            text += "Content-Type: application/sdp\r\n"
        if method == "BYE":
            self.over.add(tag)
        return (text + f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def play(self, script):
        for word in script.split():
            name, *more = word.split(";")
            given = dict(one.partition("=")[::2] for one in more)
            if name.startswith("wait="):
                self.waits = name[5:]
                yield None
            elif name.startswith("after="):
                yield float(name[6:])
            elif name == "deaf":
                self.deaf = True
            elif name == "garbage":
                self.reply(b"SIP/2.0 banana\r\n:::\r\n\r\n\x01\xff")
            elif name == "rst":
                self.reply(None)
            elif name.isdigit():
                for _ in range(int(given.get("x", 1))):
                    data = self.answer(int(name), given)
                    self.reply(data * 2 if "double" in given else data, 7 if "split" in given else 0)
            else:
                self.reply(self.request(name, given))


class Carrier(threading.Thread):
    """`scripts`: by the last four digits of the number called. `here` is its address."""

    def __init__(self, scripts, tcp=False):
        super().__init__(daemon=True)
        self.scripts, self.tcp = scripts, tcp
        self.calls, self.timers, self.tick, self.problems = {}, [], 0, []
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        if tcp:
            self.sock.listen(64)
        self.streams = {}
        self.here = "127.0.0.1:%d" % self.sock.getsockname()[1]
        self.wake, self.woken = socket.socketpair()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.wake.send(b"x")
        self.join()
        for sock in (self.sock, self.rtp, self.wake, self.woken, *self.streams):
            sock.close()

    def run(self):
        while True:
            wait = max(0, self.timers[0][0] - time.monotonic()) if self.timers else None
            ready = select.select([self.sock, self.woken, *self.streams], [], [], wait)[0]
            if self.woken in ready:
                return
            try:
                for sock in ready:
                    self.read(sock)
                while self.timers and self.timers[0][0] <= time.monotonic():
                    self.step(heapq.heappop(self.timers)[2])
            except Exception as problem:  # told by the test, which looks here
                self.problems.append(repr(problem))

    def read(self, sock):
        if not self.tcp:
            data, peer = sock.recvfrom(65536)
            self.handle(Message(data), lambda out, _=0: out and sock.sendto(out, peer))
        elif sock is self.sock:
            stream, _ = sock.accept()
            self.streams[stream] = b""
        elif sock in self.streams:
            try:
                got = sock.recv(65536)
            except ConnectionError:
                got = b""
            if not got:
                del self.streams[sock]
                sock.close()
                return
            self.streams[sock] += got
            while sock in self.streams and b"\r\n\r\n" in self.streams[sock]:
                head = self.streams[sock].split(b"\r\n\r\n")[0]
                n = len(head) + 4 + int(re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head)[1])
                if len(self.streams[sock]) < n:
                    break
                one, self.streams[sock] = self.streams[sock][:n], self.streams[sock][n:]
                self.handle(Message(one), lambda out, size=0: self.stream_out(sock, out, size))

    def stream_out(self, sock, out, size):
        if sock not in self.streams:
            return
        if out is None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            del self.streams[sock]
            sock.close()
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(out), size or len(out)):
            sock.sendall(out[at:at + (size or len(out))])

    def handle(self, message, reply):
        if message.start.startswith("SIP/2.0"):
            if message.one("CSeq").endswith("INVITE") and message.start[8:11] == "200":
                call = self.calls.get(message.one("Call-ID"))
                if call:  # to a re-INVITE of a script
                    call.reply(call.request("ACK", {}))
            return
        call = self.calls.get(message.one("Call-ID"))
        if not call:
            if message.method != "INVITE":
                return
            call = self.calls[message.one("Call-ID")] = Call(self, message, reply)
            call.number = re.search(r"(\d{4})@", message.start)[1]
            call.script = call.play(self.scripts[call.number])
            self.step(call)
            return
        if message.method == "INVITE" and message.one("CSeq") == call.last["INVITE"].one("CSeq"):
            return  # sent again
        again = message.method in call.last and message.one("CSeq") == call.last[message.method].one("CSeq")
        call.last[message.method], call.reply = message, reply
        tag = call.tag_of(message)
        call.heard.append((message.method, tag))
        if message.method == "ACK":
            call.acked.add(tag)
        if message.method == "BYE":
            call.over.add(tag)
        if call.waits == message.method:
            call.waits = None
            self.step(call)
        elif not call.deaf and message.method != "ACK":
            reply(call.answer(200, {"r": message.method, "sdp": "none"}))
            if message.method == "CANCEL" and not again and not call.answered:
                reply(call.answer(487, {}))

    def step(self, call):
        delay = next(call.script, None)
        if delay is not None:
            self.tick += 1
            heapq.heappush(self.timers, (time.monotonic() + delay, self.tick, call))

    def left_open(self):
        """What goes on billing: dialogs with a 200 of ours that were not ACKed, or that nobody has ended."""
        return [f"...{call.number}: telephone {tag} {'has no ACK' if tag not in call.acked else 'is up'}"
                for call in list(self.calls.values()) for tag in call.answered if tag not in call.acked or tag not in call.over]
