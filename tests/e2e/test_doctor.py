"""ringwright trunk test and ringwright doctor: what is wrong is found before the first call, told in words, and shows in
the exit status."""
import json
import resource
import threading

from certificates import certificates, make_certificate, shown
from harness import Process, Server, Simulator, free_port, main, until
from test_client import run

CALLS = ("server.calls_max=100", "http.connections_max=100")


def doctor(server, *words):
    """(exit status, what came as JSON)"""
    done = run([*words, "--json"], server, server.demo["admin_token"])
    return done.returncode, json.loads(done.stdout)


def checks(report, name):
    return [check for check in report["checks"] if check["name"] == name]


def one(report, name):
    found = checks(report, name)
    assert len(found) == 1, (name, report)
    return found[0]


def trunk_test(server, *more):
    return doctor(server, "trunk", "test", "Demo carrier", *more)


def test_a_healthy_trunk_is_all_ok():
    with certificates() as folder:
        make_certificate(folder, "lasting", "root", "IP:127.0.0.1", days=90)
        with Simulator(*shown(folder, "lasting")) as carrier, \
                Server(carrier.sip + "/tls", init=("--carrier-ca", folder / "root.pem")) as server:
            status, report = trunk_test(server)
            assert status == 0 and report["result"] == "ok", report
            assert carrier.sip in one(report, "dns")["found"], report
            assert "took a TLS connection" in one(report, "reach")["found"], report
            assert "issued by root" in one(report, "certificate")["found"], report
            assert "with 200 OK" in one(report, "options")["found"], report
            assert "the carrier sees 127.0.0.1:" in one(report, "nat")["found"], report
            assert not any("next" in check for check in report["checks"]), report
            table = run(["trunk", "test", "Demo carrier", "--table"], server, server.demo["admin_token"])
            assert table.returncode == 0 and "\nok    dns" in table.stdout, table
            assert f"{len(report['checks'])} checks: {len(report['checks'])} ok" in table.stdout, table


def test_a_carrier_that_is_not_there():
    with Server(f"127.0.0.1:{free_port()}/tcp") as server:
        status, report = trunk_test(server)
        assert status == 1 and report["result"] == "fail", report
        reach = one(report, "reach")
        assert reach["result"] == "fail" and "Connection refused" in reach["found"] and reach["next"], reach
    with Server(f"127.0.0.1:{free_port()}") as server:
        status, report = trunk_test(server)
        options = one(report, "options")
        assert status == 1 and options["result"] == "fail" and "nothing can be delivered" in options["found"], report


def test_a_name_that_leads_nowhere():
    with Server("127.0.0.1:9") as server:
        admin = server.demo["admin_token"]
        assert run(["trunk", "update", "Demo carrier", "--carrier", "sip.carrier.invalid"], server, admin).returncode == 0
        status, report = trunk_test(server)
        dns = one(report, "dns")
        assert status == 1 and dns["result"] == "fail" and "sip.carrier.invalid" in dns["found"], report
        assert "getent hosts sip.carrier.invalid" in dns["next"] and len(report["checks"]) == 1, report


def test_what_is_wrong_with_a_certificate():
    with certificates() as folder:
        make_certificate(folder, "stale", "root", "IP:127.0.0.1", days=-1)
        for name, authority, result, found, after in (
                ("carrier", "other-root", "fail", "issued by root, who is not trusted", "CA file"),
                ("elsewhere", "root", "fail", "not for 127.0.0.1 but for elsewhere.example", "TLS name"),
                ("stale", "root", "fail", "expired on", "renew"),
                ("carrier", "root", "warn", "ends on", "renew")):
            with Simulator(*shown(folder, name)) as carrier, \
                    Server(carrier.sip + "/tls", init=("--carrier-ca", folder / f"{authority}.pem")) as server:
                status, report = trunk_test(server)
                check = one(report, "tls" if result == "fail" else "certificate")
                assert check["result"] == result and found in check["found"] and after in check["next"], check
                assert report["result"] == result and status == (result == "fail"), (status, report)


def test_the_carrier_sees_another_address():
    with Simulator() as carrier, Server(carrier.sip, settings=("sip.advertised_host=192.0.2.9",)) as server:
        status, report = trunk_test(server)
        nat = one(report, "nat")
        assert status == 0 and nat["result"] == "warn", report
        assert "sees 127.0.0.1:" in nat["found"] and "say 192.0.2.9:" in nat["found"], nat
        assert "set sip.advertised_host (and media.advertised_host) to 127.0.0.1," in nat["next"], nat


def echo(server, number, *more):
    return trunk_test(server, "--echo", number, *more)


def test_a_test_call_hears_itself():
    with Simulator() as carrier, Server(carrier.sip) as server:
        status, report = echo(server, "+6591239742")
        assert status == 0 and report["result"] == "ok", report
        assert "was answered after" in one(report, "call")["found"], report
        assert "3 of 3 tones came back from 127.0.0.1:" in one(report, "audio")["found"], report
        ended = until("the end", lambda: [e for e in carrier.events() if e["event"] == "ended"])
        assert ended[0]["how"] == "far_end" and ended[0]["rtp_received"] > 50, ended
        # it is a call as any other: it stands in the log
        log = server.request("GET", "/api/v2/ringwright/events?after=0&waitMs=0", token=server.demo["admin_token"]).json
        assert [e["type"] for e in log["entities"]][-3:] == ["connected", "leg_ended", "ended"], log


def test_a_test_call_has_the_trunks_terms():
    with Simulator() as carrier, Server(carrier.sip) as server:
        server.change_trunk(media={"srtp": "required", "codecs": ["PCMA"]})
        status, report = echo(server, "+6591239742")
        assert status == 0 and "3 of 3 tones came back" in one(report, "audio")["found"], report
        heard = [e for e in carrier.events() if e["event"] == "rtp_heard"]
        assert [e["payload_type"] for e in heard] == [8], heard
        assert [e["srtp"] for e in carrier.events() if e["event"] == "invite"], carrier.events()


def test_sound_that_passes_one_way():
    with Simulator("--ring-ms", "0", "--answer-ms", "0") as carrier, Server(carrier.sip) as server:
        for number, found, after in (
                ("+6591239746", "none came back; our SDP has them come to 127.0.0.1:", "let UDP to 127.0.0.1:"),
                ("+6591239745", "all of them silent", "does not echo")):
            status, report = echo(server, number)
            audio = one(report, "audio")
            assert status == 0 and report["result"] == audio["result"] == "warn", report
            assert found in audio["found"] and after in audio["next"], audio


def test_a_wrong_password():
    with Simulator("--digest", "us:right") as carrier, Server(carrier.sip) as server:
        admin = server.demo["admin_token"]
        status, report = echo(server, "+6591239742")
        credentials = one(report, "credentials")
        assert status == 1 and credentials["result"] == "fail" and "the trunk has none" in credentials["found"], report
        for password, wrong in (("wrong", True), ("right", False)):
            changed = run(["trunk", "update", "Demo carrier", "--auth-user", "us", "--auth-password", password], server, admin)
            assert changed.returncode == 0, changed
            status, report = echo(server, "+6591239742")
            assert status == wrong, report
            assert one(report, "credentials")["result"] == ("fail" if wrong else "ok"), report
            assert one(report, "call")["result"] == ("fail" if wrong else "ok"), report


def test_a_trunk_that_registers():
    with Simulator("--digest", "us:right") as carrier, Server(carrier.sip) as server:
        server.change_trunk(sip={"authUser": "us", "authPassword": "wrong"}, registration={"enabled": True})
        report = until("a refusal", lambda: next(
            (r for r in [trunk_test(server)[1]] if " said " in one(r, "registration")["found"]), None))
        assert one(report, "registration")["result"] == one(report, "credentials")["result"] == "fail", report
        server.change_trunk(sip={"authPassword": "right"})
        report = until("the registration", lambda: next(
            (r for r in [trunk_test(server)[1]] if one(r, "registration")["result"] == "ok"), None))
        assert report["result"] == "ok" and "registered until" in one(report, "registration")["found"], report
        assert "accepted the trunk's user and password" in one(report, "credentials")["found"], report


def test_a_test_call_that_fails():
    with Simulator() as carrier, Server(carrier.sip) as server:
        status, report = echo(server, "+6591239486")
        call = one(report, "call")
        assert status == 1 and "486 Busy Here" in call["found"] and not checks(report, "audio"), report
        admin = server.demo["admin_token"]
        path = f"/api/v2/telephony/providers/edges/trunks/{server.demo['trunk_id']}/test"
        wrong = server.request("POST", path, {"echoNumber": "659123", "from": "+6531111111"}, token=admin)
        assert wrong.status == 400, wrong.body  # all at once
        assert {e["pointer"] for e in wrong.json["errors"]} == {"/echoNumber", "/from"}, wrong.body
        unknown = server.request("POST", path, {"echo": "+6591239742"}, token=admin)
        assert unknown.status == 400 and "echoNumber" in unknown.body.decode(), unknown.body


def test_a_disabled_trunk_can_be_tested():
    with Simulator() as carrier, Server(carrier.sip) as server:
        assert run(["trunk", "disable", "Demo carrier"], server, server.demo["admin_token"]).returncode == 0
        status, report = echo(server, "+6591239742")
        assert status == 0 and one(report, "trunk")["result"] == "warn" and one(report, "audio")["result"] == "ok", report


def test_a_test_call_does_not_outlive_the_server():
    with Simulator() as carrier, Server(carrier.sip) as server:
        path = f"/api/v2/telephony/providers/edges/trunks/{server.demo['trunk_id']}/test"
        answers = []
        test = threading.Thread(target=lambda: answers.append(server.request(
            "POST", path, {"echoNumber": "+6591239746"}, token=server.demo["admin_token"])))
        test.start()
        until("an answered call", lambda: [e for e in carrier.events() if e["event"] == "ack"])
        server.stop()
        test.join()
        assert answers[0].status == 200 and one(answers[0].json, "time")["result"] == "fail", answers[0].body
        until("the BYE", lambda: [e for e in carrier.events() if e["event"] == "ended"])


def test_the_server_is_examined_with_its_trunks():
    with Simulator("--tcp") as carrier, Server(carrier.sip + "/tcp", settings=CALLS) as server:
        status, whole = doctor(server, "doctor")
        assert status == 0, whole
        names = {check["name"] for check in whole["server"]["checks"]}
        assert names == {"address", "ports", "files", "buffers", "disk", "clock"}, names
        assert {c["result"] for c in checks(whole["server"], "address")} == {"warn"}, whole  # 127.0.0.1
        assert [trunk["name"] for trunk in whole["trunks"]] == ["Demo carrier"], whole
        assert one(whole["trunks"][0], "reach")["result"] == "ok", whole
        assert "trunks" not in doctor(server, "doctor", "--no-trunks")[1]
        table = run(["doctor", "--table"], server, server.demo["admin_token"])
        assert table.returncode == 0 and "the server\n" in table.stdout and "Demo carrier\n" in table.stdout, table
        refused = run(["doctor"], server, server.demo["user_token"])  # a user's token is not permitted
        assert refused.returncode == 77, refused


def test_too_few_ports():
    first = free_port() & ~7
    with Server("127.0.0.1:9", workers=4,
                settings=(*CALLS, f"media.port_min={first}", f"media.port_max={first + 7}")) as server:
        status, whole = doctor(server, "doctor", "--no-trunks")
        ports = one(whole["server"], "ports")
        assert status == 1 and ports["result"] == "fail" and "carry 0 calls" in ports["found"], ports
        assert "400 ports" in ports["next"], ports


def test_too_few_files():
    with Server("127.0.0.1:9", settings=CALLS) as server:
        # the server takes what it may have at its start; it looks anew when it is examined
        _, hard = resource.prlimit(server.child.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.child.pid, resource.RLIMIT_NOFILE, (256, hard))
        status, whole = doctor(server, "doctor", "--no-trunks")
        files = one(whole["server"], "files")
        assert status == 1 and files["result"] == "fail" and "256 files" in files["found"], files
        assert "LimitNOFILE" in files["next"], files


def test_our_own_certificate_ends_soon():
    with certificates() as folder, \
            Server("127.0.0.1:9", settings=(*CALLS, f"sip.tls_cert_file={folder}/us.pem",
                                            f"sip.tls_key_file={folder}/us.key")) as server:
        own = one(doctor(server, "doctor", "--no-trunks")[1]["server"], "certificate")
        assert own["result"] == "warn" and "our SIP port" in own["found"] and "sip.tls_cert_file" in own["next"], own


class Mute(Process):
    """Takes connections and says nothing."""

    def __init__(self):
        self.port = free_port()
        super().__init__("mute", ["python3", "-c", f"""
import socket, time
s = socket.create_server(("127.0.0.1", {self.port}))
print("up", flush=True)
kept = []
while True: kept.append(s.accept())
"""])
        until("the mute one", lambda: "up" in self.output())


def test_one_test_at_a_time_and_none_outlives_the_server():
    with certificates() as folder, Mute() as mute, \
            Server(f"127.0.0.1:{mute.port}/tls", init=("--carrier-ca", folder / "root.pem")) as server:
        path = f"/api/v2/telephony/providers/edges/trunks/{server.demo['trunk_id']}/test"
        admin = server.demo["admin_token"]
        answers = []
        both = [threading.Thread(target=lambda: answers.append(server.request("POST", path, token=admin)))
                for _ in range(2)]
        for one_of_them in both:
            one_of_them.start()
        until("a refusal", lambda: answers)
        assert answers[0].status == 409 and answers[0].json["code"] == "doctor.busy", answers[0].body
        server.stop()  # it does not wait for the other
        for one_of_them in both:
            one_of_them.join()
        assert answers[1].status == 200 and one(answers[1].json, "time")["result"] == "fail", answers[1].body


if __name__ == "__main__":
    main(globals())
