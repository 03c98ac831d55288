"""Trunks that are watched and that register: with Kamailio as the registrar over UDP, TCP and TLS, with sipp and the
simulator as those who answer OPTIONS, and with a carrier by hand where it is about what is sent when."""
import contextlib
import json
import pathlib
import re
import socket
import tempfile
import threading

from certificates import certificates
from harness import Process, Server, Simulator, Sipp, free_port, main, participant, until
from test_client import run

EDGES = "/api/v2/telephony/providers/edges"

KAMAILIO = """#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=1
disable_core_dump=yes
auto_aliases=no
enable_tls=yes
tcp_accept_aliases=yes
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
listen=tls:127.0.0.1:{tls}
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{folder}/carrier.pem")
modparam("tls", "private_key", "{folder}/carrier.key")
modparam("registrar", "max_expires", 7200)
request_route {{
    if (is_method("OPTIONS")) {{
        sl_send_reply("200", "Here");
        exit;
    }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("carrier.example", "s3cret", "0")) {{
            www_challenge("carrier.example", "1");
            exit;
        }}
        if ($hdr(Expires) == "60") {{
            append_to_reply("Min-Expires: 90\\r\\n");
            sl_send_reply("423", "Interval Too Brief");
            exit;
        }}
        xlog("L_ERR", "REGISTER by $proto of $tu expires $hdr(Expires) contact $ct\\n");
        save("location");
        exit;
    }}
    if (is_method("INVITE") && $rU == "us") {{
        $ru = "sip:us@carrier.example";
        if (!lookup("location")) sl_send_reply("480", "Not here");
        else t_relay();
        exit;
    }}
    if (is_method("INVITE") && !registered("location", "sip:us@carrier.example")) {{
        sl_send_reply("403", "Register first");
        exit;
    }}
    if (is_method("INVITE")) sl_send_reply("486", "Registered");
}}
"""


class Registrar(Process):
    """Kamailio: takes the user `us` of carrier.example with the password s3cret, and calls of whoever is registered."""

    def __init__(self, folder):
        self.port, self.tls = free_port(), free_port()
        config = folder / "registrar.cfg"
        config.write_text(KAMAILIO.format(folder=folder, port=self.port, tls=self.tls))
        super().__init__("kamailio", ["kamailio", "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", folder])
        until("kamailio's ports", self._bound)

    def _bound(self):
        if not self.alive():
            raise AssertionError("kamailio ended: " + self.output()[-2000:])
        table = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii")
        return all(f"0100007F:{port:04X}" in table for port in (self.port, self.tls))

    def heard(self):
        return re.findall(r"REGISTER by (\w+) of \S+ expires (\d+)", self.output())


class Far:
    """A far end by hand: answers OPTIONS and REGISTER as `answer(request)` says ("200 OK" and header lines; None =
    nothing), and takes down what it heard."""

    def __init__(self, answer):
        self.answer, self.heard = answer, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.sip = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.socket.sendto(b"end", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while True:
            data, peer = self.socket.recvfrom(65536)
            if data == b"end":
                return
            text = data.decode()
            if text.startswith("SIP/2.0") or text.startswith("ACK"):
                continue
            self.heard.append(text)
            said = self.answer(text)
            if said is None:
                continue
            lines = text.split("\r\n")
            kept = [line + (";tag=far" if line.startswith("To:") else "") for line in lines
                    if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
            status, *more = said if isinstance(said, (list, tuple)) else (said,)
            self.socket.sendto("\r\n".join([f"SIP/2.0 {status}", *kept, *more, "Content-Length: 0", "", ""]).encode(), peer)

    def all(self, method):
        return [text for text in list(self.heard) if text.startswith(method + " ")]


def one(text, name):
    return re.search(rf"^{name}: (.*?)\r$", text, re.M)[1]


def admin(server, method, path, body=None, status=200):
    answer = server.request(method, EDGES + path, body, token=server.demo["admin_token"])
    assert answer.status == status, (answer.status, answer.body)
    return answer.json if answer.body else None


def settings_of(server, name="Demo carrier"):
    return admin(server, "GET", "/trunkbasesettings?name=" + name.replace(" ", "%20"))["entities"][0]


def change(server, name="Demo carrier", **groups):
    """Changes members of the trunk's groups: sip={...}, health={...}; others are replaced."""
    base = settings_of(server, name)
    body = {"name": base["name"], "version": base["version"]}
    for group in ("sip", "tls", "identity", "registration", "health"):
        body[group] = {**base.get(group, {}), **groups.pop(group, {})}
    body["sip"].pop("hasPassword", None)
    body.update({"enabled": base["enabled"], **groups})
    return admin(server, "PUT", "/trunkbasesettings/" + base["id"], body)


def trunk(server, name="Demo carrier"):
    return admin(server, "GET", "/trunks/" + settings_of(server, name)["id"])


def registration(server):
    return (trunk(server).get("registersStatus") or [{}])[0]


def registered(server):
    return until("the registration", lambda: registration(server).get("registerState") and registration(server))


def refusal(server):
    return until("the refusal", lambda: registration(server).get("errorInfo"))


def addresses(server, name="Demo carrier"):
    return {one["proxyAddress"]: one["state"] for one in trunk(server, name).get("optionsStatus", [])}


def logged(server, event):
    return [line for line in server.output().splitlines() if f" {event} " in line]


INVITE = """INVITE sip:us@carrier.example SIP/2.0\r
Via: SIP/2.0/UDP {here};branch=z9hG4bKin{n};rport\r
From: <sip:+6591234567@elsewhere.example>;tag=in\r
To: <sip:+6534567890@carrier.example>\r
Call-ID: in{n}@elsewhere\r
CSeq: 1 INVITE\r
Contact: <sip:caller@{here}>\r
Max-Forwards: 70\r
Content-Type: application/sdp\r
Content-Length: {length}\r
\r
{sdp}"""
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"


def calls_in(port, n):
    """Somebody calls through the registrar; its final status."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.settimeout(20)
        here = "127.0.0.1:%d" % caller.getsockname()[1]
        caller.sendto(INVITE.format(here=here, n=n, length=len(SDP), sdp=SDP).encode(), ("127.0.0.1", port))
        while True:
            status = int(caller.recv(65536).split()[1])
            if status >= 200:
                return status


US = {"authUser": "us", "authPassword": "s3cret"}


def test_kamailio_is_the_registrar():
    with certificates() as folder, Registrar(folder) as registrar, \
            Server(f"127.0.0.1:{registrar.port}", settings=(f"sip.tls_dir={folder}",)) as server:
        assert participant(server.finished(server.place_agentless()), "external")["endedReason"] == "carrier_refused"
        ways = (("udp", registrar.port), ("tcp", registrar.port), ("tls", registrar.tls))
        for count, (way, port) in enumerate(ways):
            change(server, sip={"transport": way, "port": port, **US}, identity={"domain": "carrier.example"},
                   tls={"caFile": "root.pem"}, registration={"enabled": True, "expiresS": 600}, health={"optionsIntervalS": 1})
            until(f"REGISTER by {way}", lambda: (way, "600") in registrar.heard())
            told = registered(server)
            assert told["proxyAddress"] == f"127.0.0.1:{port}" and "errorInfo" not in told, told
            until(f"OPTIONS by {way}", lambda: addresses(server) == {f"127.0.0.1:{port}": "up"})
            # the one before was taken back, by the way it came, and only then was this one made
            if count:
                assert registrar.heard()[-2:] == [(ways[count - 1][0], "0"), (way, "600")], registrar.heard()
            end = participant(server.finished(server.place_agentless()), "external")
            assert end["endedReason"] == "busy", end  # it takes calls of whoever is registered
        shown = trunk(server)
        assert shown["inService"] and shown["connectedStatus"]["connected"], shown
        server.stop()
        until("the last REGISTER", lambda: registrar.heard()[-1] == ("tls", "0"))
        assert len(logged(server, "trunk.registered")) == 3, server.output()


def test_calls_come_in_to_whom_is_registered():
    with certificates() as folder, Registrar(folder) as registrar, Simulator("--station", "--no-media") as station, \
            Server(f"127.0.0.1:{registrar.port}", f"sip:ann@{station.sip}") as server:
        assert calls_in(registrar.port, 1) == 480
        change(server, sip=US, identity={"domain": "carrier.example"}, registration={"enabled": True},
               incoming={"to": "user", "userId": server.demo["user_id"]})
        registered(server)
        # the request URI is our Contact; the number called stands in To
        until("the call", lambda: calls_in(registrar.port, 2) == 200)
        ring = next(e for e in station.events() if e["event"] == "invite")
        view = server.call(ring["call_id"][3:39])
        assert participant(view, "external")["dnis"] == "+6534567890", view


def test_kamailio_wants_more_and_other_credentials():
    with certificates() as folder, Registrar(folder) as registrar, Server(f"127.0.0.1:{registrar.port}") as server:
        change(server, sip={"authUser": "us", "authPassword": "wrong"}, identity={"domain": "carrier.example"},
               registration={"enabled": True, "expiresS": 60}, health={"optionsIntervalS": 1})
        told = refusal(server)
        assert told["code"] == "sip.401", told
        shown = trunk(server)
        assert not shown["inService"] and registration(server)["nextTime"], shown
        change(server, sip=US)
        told = registered(server)
        assert registrar.heard() == [("udp", "90")], registrar.heard()  # as the 423 said
        up = until("an answer to OPTIONS", lambda: trunk(server).get("optionsStatus"))[0]
        assert up["sipCode"] == 200 and up["sipReason"] == "Here" and "kamailio" in up["agent"], up
        assert trunk(server)["inService"]
        table = run(["trunk", "status", "Demo carrier", "--table"], server, server.demo["admin_token"])
        assert table.returncode == 0 and "200 Here, kamailio" in table.stdout and "until 2" in table.stdout, table
        change(server, enabled=False)
        until("the REGISTER that takes it back", lambda: registrar.heard()[-1] == ("udp", "0"))
        shown = trunk(server)
        assert not shown["inService"] and "registersStatus" not in shown, shown


def test_the_simulator_is_the_registrar():
    with Simulator("--digest", "us:s3cret", "--tcp") as carrier, Server(carrier.sip + "/tcp") as server:
        change(server, sip=US, registration={"enabled": True, "expiresS": 300}, health={"optionsIntervalS": 1})
        registered(server)
        until("an answer", lambda: addresses(server) == {carrier.sip: "up"})
        call = server.place_agentless()
        server.in_state(call, "external", "connected")
        server.request("POST", f"/api/v2/conversations/{call}/disconnect", token=server.demo["agentless_token"])
        server.finished(call)
        server.stop()
        heard = [(e["user"], e["expires"]) for e in carrier.events() if e["event"] == "registered"]
        assert heard == [("us", 300), ("us", 0)], heard


def test_renewed_in_time_by_one_worker():
    with Far(lambda request: ("200 OK", f"Contact: {one(request, 'Contact')};expires=2")) as far, \
            Server(far.sip, workers=4) as server:
        change(server, sip=US, registration={"enabled": True})
        until("some REGISTERs", lambda: len(far.all("REGISTER")) >= 4)
        server.stop()
        heard = far.all("REGISTER")
        assert len({one(text, "Call-ID") for text in heard}) == 1, heard
        assert [int(one(text, "CSeq").split()[0]) for text in heard] == list(range(1, len(heard) + 1)), heard
        assert [one(text, "Expires") for text in heard] == ["3600"] * (len(heard) - 1) + ["0"], heard
        assert len(logged(server, "trunk.registered")) == 1, server.output()


def test_a_registrar_that_is_silent_is_asked_again_and_stops_nobody():
    says = {"now": None}
    with Far(lambda request: says["now"]) as far, Server(far.sip) as server:
        change(server, sip=US, registration={"enabled": True})
        assert refusal(server)["code"] == "silent"
        assert not trunk(server)["connectedStatus"]["connected"]
        says["now"] = ("200 OK", "Expires: 600")
        told = registered(server)
        assert told["registeredUntil"] > told["registerStateTime"], told
        assert len(logged(server, "trunk.registration_failed")) == 1, server.output()
        says["now"] = None
        server.stop()  # in spite of a REGISTER that nobody answers
        assert len(logged(server, "trunks.still_registered")) == 1, server.output()


def explained(server, number="%2B6591234567"):
    return admin(server, "GET", f"/outboundroutes/explain?to={number}")


def test_what_is_down_stands_behind():
    port = free_port()
    with Simulator("--no-media") as second, Server(f"127.0.0.1:{port}", further_carriers=[second.sip]) as server:
        change(server, health={"optionsIntervalS": 1})
        change(server, "Carrier 2", health={"optionsIntervalS": 1})
        until("the first one down", lambda: addresses(server) == {f"127.0.0.1:{port}": "down"})
        until("the second one up", lambda: addresses(server, "Carrier 2") == {second.sip: "up"})
        assert not trunk(server)["inService"] and trunk(server, "Carrier 2")["inService"]
        way = explained(server)
        assert [one["name"] for one in way["trunks"]] == ["Carrier 2", "Demo carrier"], way
        assert way["routes"][0]["place"] == 2 and "none of its addresses" in way["routes"][0]["why"], way
        call = server.place_agentless()
        view = server.in_state(call, "external", "connected")
        assert "attempts" not in participant(view, "external"), view  # the second one was the first asked
        server.request("POST", f"/api/v2/conversations/{call}/disconnect", token=server.demo["agentless_token"])
        server.finished(call)
        with Sipp(scenario="uas_options.xml", port=port):
            until("the first one up", lambda: addresses(server) == {f"127.0.0.1:{port}": "up"})
            said = trunk(server)["optionsStatus"][0]
            assert said["agent"] == "sipp" and said["allow"] == "INVITE, ACK, BYE, OPTIONS", said
            assert said["roundTripUs"] > 0, said
            assert [one["name"] for one in explained(server)["trunks"]] == ["Demo carrier", "Carrier 2"]
        assert len(logged(server, "trunk.address_down")) == 1, server.output()
        assert len(logged(server, "trunk.address_up")) == 2, server.output()


def test_an_address_that_is_down_is_tried_last():
    with Far(lambda request: None) as silent, Simulator("--no-media") as carrier, Server(carrier.sip) as server:
        change(server, sip={"addresses": [f"{silent.sip};priority=1", f"{carrier.sip};priority=2"]},
               health={"optionsIntervalS": 1})
        until("one up, one down", lambda: addresses(server) == {silent.sip: "down", carrier.sip: "up"})
        assert trunk(server)["inService"]
        call = server.place_agentless()
        server.in_state(call, "external", "connected")
        assert not silent.all("INVITE"), silent.heard
        server.request("POST", f"/api/v2/conversations/{call}/disconnect", token=server.demo["agentless_token"])
        server.finished(call)
        said = {one["proxyAddress"]: one for one in trunk(server)["optionsStatus"]}
        assert said[silent.sip]["errorInfo"]["code"] == "silent", said
        change(server, health={"optionsIntervalS": 0})
        until("nothing known", lambda: "optionsStatus" not in trunk(server))
        assert trunk(server)["optionsEnabledStatus"] == "DISABLED"


def test_tls_that_is_not_trusted_is_told():
    with certificates() as folder, Registrar(folder) as registrar, \
            Server(f"127.0.0.1:{registrar.tls}/tls", init=("--carrier-ca", folder / "other-root.pem")) as server:
        change(server, sip=US, health={"optionsIntervalS": 1}, registration={"enabled": True})
        told = refusal(server)
        assert told["code"] == "carrier_certificate_untrusted" and "issued by root" in told["text"], told
        until("the address down", lambda: list(addresses(server).values()) == ["down"])
        assert trunk(server)["optionsStatus"][0]["errorInfo"]["code"] == "carrier_certificate_untrusted"


if __name__ == "__main__":
    main(globals())
