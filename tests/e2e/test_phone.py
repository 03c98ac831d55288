"""A real telephone (baresip) as the station, and who hears whom.

Baresip plays a tone of 700 Hz and writes what it hears to a file; the simulated carrier says which
tone it hears and plays its own.
"""
from harness import Server, Simulator, main, participant, until
from phone import PHONE_HZ, Phone, strength

def test_each_side_hears_the_other():
    with Simulator("--json-events") as carrier, Phone() as phone, Server(carrier.sip, phone.uri) as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        until("the telephone's tone at the carrier", lambda: any(
            event.get("event") == "tone_heard" and abs(event["hz"] - PHONE_HZ) < 15 for event in carrier.events()))
        until("sound at the telephone", lambda: len(phone.heard()[0]) > 8000 or not server.alive())
        assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect").status == 202
        view = server.finished(conversation)
        assert participant(view, "user")["disconnectType"] == "client", view
        phone.stop()
        samples, rate = phone.heard()
        carrier_hz = next(event["tone_hz"] for event in carrier.events() if "tone_hz" in event)
        there, absent = strength(samples[-8000:], rate, carrier_hz), strength(samples[-8000:], rate, 2000)
        assert there > 0.02 and there > 20 * absent, (there, absent)


def test_the_telephone_hangs_up():
    with Simulator("--json-events") as carrier, Phone() as phone, Server(carrier.sip, phone.uri) as server:
        conversation = server.place()
        server.in_state(conversation, "external", "connected")
        phone.stop()
        view = server.finished(conversation)
        assert participant(view, "user")["disconnectType"] == "endpoint", view
        assert participant(view, "external")["disconnectType"] == "peer", view


main(globals())
