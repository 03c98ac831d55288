"""SRTP towards a trunk: with the simulator and with a real telephone (baresip) as the far end, and with answers that do
not fit."""
import json

from harness import Server, Simulator, main, participant, until
from phone import PHONE_HZ, Phone, strength

SUITE = "AES_CM_128_HMAC_SHA1_80"
CALLED = "+6591234567"


def heard(simulator, event, **wanted):
    return next((e for e in simulator.events() if e.get("event") == event
                 and all(e.get(key) == value for key, value in wanted.items())), None)


def tone(simulator, hz):
    return any(e.get("event") == "tone_heard" and abs(e["hz"] - hz) < 15 for e in simulator.events())


def disconnect(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect")
    assert answer.status == 202, (answer.status, answer.body)
    return server.finished(conversation)


def test_both_sides_hear_each_other_sealed():
    for srtp in ("required", "optional"):
        with Simulator() as carrier, Simulator("--station") as station, \
                Server(carrier.sip, f"sip:dana@{station.sip}", settings=("sip.trace_messages=1000",)) as server:
            changed = server.change_trunk(media={"srtp": srtp})
            assert any(w["code"] == "trunk.keys_in_clear" for w in changed["warnings"]), changed
            conversation = server.place()
            server.in_state(conversation, "external", "connected")
            until("the tones", lambda: tone(carrier, 440) and tone(station, 1004))
            assert heard(carrier, "invite")["srtp"] == SUITE
            assert "srtp" not in heard(station, "invite")
            disconnect(server, conversation)
            until("the end", lambda: heard(carrier, "ended"))
            trace = server.request("GET", f"/api/v2/ringwright/sip?conversationId={conversation}").body.decode()
            assert "inline:*****" in trace, trace
            for message in json.loads(trace)["entities"]:
                for line in message["message"].splitlines():
                    assert "inline:" not in line or not line.split("inline:")[1].strip("*"), line
            assert "inline:" not in server.output(), server.output()


def test_a_telephone_that_insists_on_srtp():
    with Phone(user=CALLED, account=";mediaenc=srtp-mand") as far_end, Simulator("--station") as station, \
            Server(far_end.sip, f"sip:dana@{station.sip}") as server:
        server.change_trunk(media={"srtp": "required", "codecs": ["PCMA"]})
        conversation = server.place(CALLED)
        server.in_state(conversation, "external", "connected")
        until("the far end's tone at the station", lambda: tone(station, PHONE_HZ))
        until("sound at the far end", lambda: len(far_end.heard()[0]) > 16000 or not server.alive())
        view = disconnect(server, conversation)
        assert participant(view, "external")["disconnectType"] == "client", view
        far_end.stop()
        samples, rate = far_end.heard()
        there, absent = strength(samples[-8000:], rate, 440), strength(samples[-8000:], rate, 2000)
        assert there > 0.02 and there > 20 * absent, (there, absent)


def test_telephones_where_srtp_is_optional():
    for account, sealed in ((";mediaenc=srtp", True), ("", False)):
        with Phone(user=CALLED, account=account) as far_end, Simulator("--station") as station, \
                Server(far_end.sip, f"sip:dana@{station.sip}") as server:
            server.change_trunk(media={"srtp": "optional"})
            conversation = server.place(CALLED)
            server.in_state(conversation, "external", "connected")
            until("the far end's tone at the station", lambda: tone(station, PHONE_HZ))
            disconnect(server, conversation)
            assert (SUITE in far_end.output()) == sealed, far_end.output()


def test_answers_that_do_not_fit():
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        server.change_trunk(media={"srtp": "required"})
        for ending, reason in (("9727", "media_not_encrypted"), ("9728", "media_bad_key")):
            for place in (server.place, server.place_agentless):
                end = participant(server.finished(place(f"+659123{ending}")), "external")
                assert end["endedReason"] == reason, end
                assert end["disconnectType"] == "error", end
        server.change_trunk(media={"srtp": "optional"})
        conversation = server.place("+6591239727")
        server.in_state(conversation, "external", "connected")
        until("the carrier's tone at the station", lambda: tone(station, 1004))
        disconnect(server, conversation)
        end = participant(server.finished(server.place("+6591239728")), "external")
        assert end["endedReason"] == "media_bad_key", end


main(globals())
