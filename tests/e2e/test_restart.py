"""A restart with calls up: every one is closed with its event, and its carrier sees the BYE."""
import shutil
import signal
import tempfile

from harness import Server, Simulator, free_port, main, until

NODE_LOST = "node_lost"
NEVER_ANSWERS = "+6591239700"


def test_answered_calls_get_a_bye_and_ringing_ones_a_cancel():
    data_dir = tempfile.mkdtemp(prefix="rw-restart-")
    # A CANCEL belongs to its INVITE by branch and sender (RFC 3261, 17.2.3): the port stays the same.
    listen = [f"sip.listen=127.0.0.1:{free_port()}"]
    with Simulator("--no-media") as carrier, Simulator("--station", "--no-media") as station:
        with Server(carrier.sip, f"sip:dana@{station.sip}", data_dir=data_dir, settings=listen) as server:
            answered = [server.place_agentless("+6591234567") for _ in range(10)]
            bridged = [server.place("+6591234567") for _ in range(5)]
            ringing = [server.place_agentless(NEVER_ANSWERS) for _ in range(5)]
            for conversation in answered + bridged:
                server.in_state(conversation, "external", "connected")
            for conversation in ringing:
                server.in_state(conversation, "external", "alerting")
            server.stop(signal.SIGKILL)
        with Server(carrier.sip, f"sip:dana@{station.sip}", data_dir=data_dir, settings=listen) as server:
            for conversation in answered + bridged + ringing:
                view = server.finished(conversation)
                for one in view["participants"]:
                    assert one["disconnectType"] == "error", one
                    assert one["endedReason"] == NODE_LOST, one
            ended = until("BYE and CANCEL at the carrier", lambda: all_ended(carrier, answered + bridged, ringing))
            assert ended
            until("BYE at the station", lambda: seen(station, "bye_received") >= set(bridged))
    shutil.rmtree(data_dir, ignore_errors=True)


def conversation_of(event):
    """A Call-ID of the server is worker, conversation and leg, joined by dashes."""
    return event.get("call_id", "")[3:39]


def seen(simulator, what):
    return {conversation_of(event) for event in simulator.events() if event.get("event") == what}


def all_ended(carrier, answered, ringing):
    return seen(carrier, "bye_received") >= set(answered) and seen(carrier, "cancelled") >= set(ringing)


main(globals())
