"""SIP over TLS with other people's TLS: the simulator's (libre) as the carrier, and Kamailio with digest and
Record-Route between us and the called party."""
import contextlib
import pathlib
import signal
import tempfile

from certificates import certificates, shown
from harness import Process, Server, Simulator, free_port, main, participant, until


def carrier_end(server, conversation):
    end = participant(server.finished(conversation), "external")
    return {"code": end["endedReason"], "phrase": end.get("errorInfo", {}).get("message")}


def disconnect(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                            token=server.demo["agentless_token"])
    assert answer.status == 202, (answer.status, answer.body)


def test_calls_go_over_tls():
    with certificates() as folder, Simulator(*shown(folder, "carrier")) as carrier, \
            Server(carrier.sip + "/tls", init=("--carrier-ca", folder / "root.pem")) as server:
        calls = [server.place_agentless() for _ in range(20)]
        for call in calls:
            server.in_state(call, "external", "connected")
        peers = {e["peer"] for e in carrier.events() if e["event"] == "invite"}
        assert len(peers) <= 2, peers  # a connection a worker, and not a call
        assert {e["transport"] for e in carrier.events() if e["event"] == "invite"} == {"TLS"}
        for call in calls:
            disconnect(server, call)
        for call in calls:
            server.finished(call)
        until("every BYE", lambda: sum(e["event"] == "ended" for e in carrier.events()) == len(calls))


def test_the_carrier_hangs_up_over_a_connection_of_its_own():
    with certificates() as folder, Simulator(*shown(folder, "carrier")) as carrier, \
            Server(carrier.sip + "/tls", init=("--carrier-ca", folder / "root.pem"),
                   settings=(f"sip.tls_cert_file={folder}/us.pem", f"sip.tls_key_file={folder}/us.key")) as server:
        call = server.place_agentless("+6591239100")
        assert carrier_end(server, call)["code"] == "hung_up"


def test_what_is_wrong_with_a_certificate_is_told():
    with certificates() as folder:
        for name, authority, reason, phrase in (
                ("carrier", "other-root", "carrier_certificate_untrusted", "issued by root, who is not trusted"),
                ("elsewhere", "root", "carrier_certificate_name", "not for 127.0.0.1 but for elsewhere.example"),
                ("expired", "root", "carrier_certificate_expired", "the certificate of expired expired on")):
            with Simulator(*shown(folder, name)) as carrier, \
                    Server(carrier.sip + "/tls", init=("--carrier-ca", folder / f"{authority}.pem")) as server:
                for _ in range(3):
                    told = carrier_end(server, server.place_agentless())
                    assert told["code"] == reason and phrase in told["phrase"], told
                assert not [e for e in carrier.events() if e["event"] == "invite"]
                server.stop()
                logged = [line for line in server.output().splitlines() if " sip.tls_failed " in line]
                assert len(logged) == 1 and phrase in logged[0] and "mend=" in logged[0], logged


def test_calls_of_an_earlier_life_are_ended_over_tls():
    with certificates() as folder, Simulator(*shown(folder, "carrier")) as carrier, \
            tempfile.TemporaryDirectory(prefix="rw-data-") as data:
        with Server(carrier.sip + "/tls", data_dir=data, init=("--carrier-ca", folder / "root.pem")) as server:
            server.in_state(server.place_agentless(), "external", "connected")
            server.stop(signal.SIGKILL)
        with Server(carrier.sip + "/tls", data_dir=data):
            until("the BYE", lambda: any(e["event"] == "ended" for e in carrier.events()))


KAMAILIO = """#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=1
disable_core_dump=yes
auto_aliases=no
enable_tls=yes
tcp_accept_aliases=yes
listen=tls:127.0.0.1:{tls}
listen=udp:127.0.0.1:{udp}
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{folder}/carrier.pem")
modparam("tls", "private_key", "{folder}/carrier.key")
modparam("tls", "verify_certificate", {verify})
modparam("tls", "require_certificate", {verify})
modparam("tls", "ca_list", "{folder}/root.pem")
modparam("rr", "enable_double_rr", 1)
request_route {{
    if (has_totag()) {{
        if (loose_route()) {{
            t_relay();
            exit;
        }}
        if (is_method("ACK") && t_check_trans()) t_relay();
        exit;
    }}
    if (is_method("CANCEL")) {{
        if (t_check_trans()) t_relay();
        exit;
    }}
    if (!is_method("INVITE")) {{
        sl_send_reply("200", "OK");
        exit;
    }}
    if ($proto != "tls") {{
        sl_send_reply("403", "TLS only");
        exit;
    }}
    if (!pv_proxy_authenticate("carrier.example", "s3cret", "0")) {{
        proxy_challenge("carrier.example", "1");
        exit;
    }}
    consume_credentials();
    record_route();
    $du = "sip:{behind}";
    t_relay();
}}
"""


class Kamailio(Process):
    """A proxy that speaks TLS with us and UDP with `behind`. verify: it wants a certificate of ours."""

    def __init__(self, folder, behind, verify=0):
        self.port = free_port()
        config = folder / "kamailio.cfg"
        config.write_text(KAMAILIO.format(folder=folder, tls=self.port, udp=free_port(), behind=behind, verify=verify))
        super().__init__("kamailio", ["kamailio", "-f", config, "-DD", "-E", "-m", "32", "-M", "4", "-Y", folder])
        until("kamailio's port", self._bound)
        self.sip = f"127.0.0.1:{self.port}/tls"

    def _bound(self):
        if not self.alive():
            raise AssertionError("kamailio ended: " + self.output()[-2000:])
        return f"0100007F:{self.port:04X}" in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii")


@contextlib.contextmanager
def set_up(folder, carrier, sip=None, **tls):
    """A server with the demo's trunk set to the carrier, as an operator does it: over the API."""
    host, port = carrier.removesuffix("/tls").rsplit(":", 1)
    with Server("127.0.0.1:9", settings=(f"sip.tls_dir={folder}",)) as server:
        server.change_trunk(sip={"host": host, "port": int(port), "transport": "tls", "authUser": "us",
                                 "authPassword": "s3cret", **(sip or {})},
                            tls={"caFile": "root.pem", **tls})
        yield server


def test_kamailio_is_the_carrier():
    with certificates() as folder, Simulator() as called, Kamailio(folder, called.sip) as proxy, \
            set_up(folder, proxy.sip) as server:
        ours = [server.place_agentless() for _ in range(5)]
        for call in ours:
            server.in_state(call, "external", "connected")
            disconnect(server, call)
        for call in ours:
            server.finished(call)
        until("each BYE", lambda: sum(e["event"] == "ended" for e in called.events()) == len(ours))
        theirs = server.place_agentless("+6591239100")  # its BYE comes back on the connection that we made
        assert carrier_end(server, theirs)["code"] == "hung_up"
        busy = carrier_end(server, server.place_agentless("+6591239486"))
        assert busy["code"] == "busy", busy
        cancelled = server.place_agentless("+6591239700")
        server.in_state(cancelled, "external", "alerting")
        disconnect(server, cancelled)
        server.finished(cancelled)
        until("the CANCEL", lambda: any(e["event"] == "cancelled" for e in called.events()))


def test_the_second_address_takes_over():
    with certificates() as folder, Simulator(*shown(folder, "carrier")) as carrier:
        nobody = f"127.0.0.1:{free_port()}"
        with set_up(folder, carrier.sip, {"addresses": [f"{carrier.sip};priority=2", f"{nobody};priority=1"]}) as server:
            for _ in range(3):
                call = server.place_agentless()
                server.in_state(call, "external", "connected")
                disconnect(server, call)
                server.finished(call)


def test_kamailio_wants_a_certificate_of_ours():
    with certificates() as folder, Simulator() as called, Kamailio(folder, called.sip, verify=1) as proxy:
        with set_up(folder, proxy.sip) as server:
            told = carrier_end(server, server.place_agentless())
            assert told["code"] == "carrier_tls", told
            server.change_trunk(tls={"certFile": "us.pem", "keyFile": "us.key"})  # counts for the next call
            call = server.place_agentless()
            server.in_state(call, "external", "connected")
            disconnect(server, call)
            server.finished(call)


def test_files_of_a_trunk_are_judged_when_it_is_set_up():
    with certificates() as folder, set_up(folder, "127.0.0.1:9") as server:
        for tls, code, pointer in (
                ({"caFile": "/etc/passwd"}, "trunk.bad_file", "/tls/caFile"),
                ({"caFile": "../root.pem"}, "trunk.bad_file", "/tls/caFile"),
                ({"caFile": "missing.pem"}, "trunk.bad_file", "/tls/caFile"),
                ({"caFile": "us.key"}, "tls.ca_unreadable", "/tls/caFile"),
                ({"certFile": "us.pem"}, "trunk.half_certificate", "/tls/keyFile"),
                ({"certFile": "us.pem", "keyFile": "carrier.key"}, "tls.key_mismatch", "/tls/keyFile"),
                ({"certFile": "us.key", "keyFile": "us.key"}, "tls.certificate_unreadable", "/tls/certFile")):
            refusal = server.change_trunk(tls=tls, status=400)
            assert [(e["code"], e["pointer"]) for e in refusal["errors"]] == [(code, pointer)], refusal
        shown = server.change_trunk(tls={"name": "sip.carrier.example"})
        assert shown["tls"] == {"caFile": "root.pem", "name": "sip.carrier.example", "unverified": False}, shown


if __name__ == "__main__":
    main(globals())
