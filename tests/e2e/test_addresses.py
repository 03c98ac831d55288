"""Which addresses far ends are told, IPv6 from end to end, and what is said when the media ports are used up."""
import json
import re

from harness import Server, Simulator, free_port, main, participant, until

CALLS = "/api/v2/conversations/calls"


class Simulator6(Simulator):
    def __init__(self, *flags):
        super().__init__(*flags, "--listen", "[::1]:0")


def tone(simulator, hz):
    return any(e.get("event") == "tone_heard" and abs(e["hz"] - hz) < 15 for e in simulator.events())


def disconnect(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect")
    assert answer.status == 202, (answer.status, answer.body)
    return server.finished(conversation)


def sent_to_trunk(server, conversation):
    trace = server.request("GET", f"/api/v2/ringwright/sip?conversationId={conversation}").json
    return [m["message"] for m in trace["entities"] if m["direction"] == "sent" and m.get("leg") == "trunk"]


def test_ipv6_from_end_to_end():
    for srtp in ("off", "required"):
        with Simulator6() as carrier, Simulator6("--station") as station, \
                Server(carrier.sip, f"sip:dana@{station.sip}", settings=(
                    "sip.trace_messages=1000", f"sip.listen=[::1]:{free_port()}")) as server:
            server.change_trunk(media={"srtp": srtp, "advertisedHost": "127.0.0.1"}, status=400)
            server.change_trunk(media={"srtp": srtp, "advertisedHost": "::1"})
            conversation = server.place()
            server.in_state(conversation, "external", "connected")
            until("the tones", lambda: tone(carrier, 440) and tone(station, 1004))
            invite = sent_to_trunk(server, conversation)[0]
            assert re.search(r"^INVITE sip:\+6591234567@\[::1\]:\d+", invite), invite
            assert re.search(r"^Via: SIP/2.0/UDP \[::1\]:", invite, re.M), invite
            assert re.search(r"^Contact: <sip:ringwright@\[::1\]:", invite, re.M), invite
            assert re.search(r"^c=IN IP6 ::1\r?$", invite, re.M), invite
            view = disconnect(server, conversation)
            assert participant(view, "external")["disconnectType"] == "client", view
            until("the BYE", lambda: any(e.get("event") == "ended" for e in carrier.events()))


def test_the_address_for_media_of_one_trunk():
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}", settings=(
                "sip.trace_messages=1000", "sip.advertised_host=127.0.0.2", "media.advertised_host=127.0.0.3")) as server:
        first = server.place()
        server.in_state(first, "external", "connected")
        server.change_trunk(media={"advertisedHost": "127.0.0.1"})
        second = server.place()
        server.in_state(second, "external", "connected")
        until("the carrier's tone at the station", lambda: tone(station, 1004))
        for conversation, host in ((first, "127.0.0.3"), (second, "127.0.0.1")):
            invite = sent_to_trunk(server, conversation)[0]
            assert f"c=IN IP4 {host}\r\n" in invite and re.search(rf"o=- \d+ \d+ IN IP4 {re.escape(host)}\r\n", invite), invite
            assert "Via: SIP/2.0/UDP 127.0.0.2:" in invite and "Contact: <sip:ringwright@127.0.0.2:" in invite, invite
            disconnect(server, conversation)


def test_the_media_ports_are_used_up():
    first = free_port() // 2 * 2
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}", workers=1,
                   settings=(f"media.port_min={first}", f"media.port_max={first + 4}")) as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        body = {"to": {"phoneNumber": "+6591234567"}, "from": {"phoneNumber": "+6534567890"},
                "callType": "outbound", "providerId": server.demo["provider_id"]}
        answer = server.request("POST", CALLS, body)
        assert answer.status in (429, 503), (answer.status, answer.body)
        error = json.loads(answer.body)["errors"][0]
        assert error["code"] == "media.no_ports" and str(first) in error["message"], error
        disconnect(server, conversation)
        disconnect(server, server.place())  # they come back


main(globals())
