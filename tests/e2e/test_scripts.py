"""How a carrier may behave, and what must become of the call: the simulator's scripts, one by one.

All calls are placed at once, without a station; each row says how the carrier's participant must end.
Rows with `hang_up` are ended by the API once they are connected (or ringing).
"""
import sqlite3
import tempfile
import pathlib
import shutil

from harness import Server, Simulator, main, participant, until

ANSWER_TIMEOUT_MS = 4000

# The contract's participants know no "timeout" and no "uncallable": those are "system" and "error" there,
# and the reason says which.
# last digits, hang up by the API when in this state, disconnectType, SIP status, Q.850, reason, said by
ROWS = [
    ("9000", "connected", "client", None, None, "hung_up", "api"),
    ("9001", "connected", "client", None, None, "hung_up", "api"),
    ("9100", None, "endpoint", None, None, "hung_up", "carrier"),
    ("9101", None, "endpoint", None, None, "hung_up", "carrier"),
    ("9200", "connected", "client", None, None, "hung_up", "api"),
    ("9401", None, "error", 401, None, "carrier_auth", "carrier"),
    ("9407", None, "error", 407, None, "carrier_auth", "carrier"),
    ("9486", None, "endpoint", 486, 17, "busy", "carrier"),
    ("9600", None, "endpoint", 600, 17, "busy", "carrier"),
    ("9603", None, "endpoint", 603, 21, "declined", "carrier"),
    ("9503", None, "error", 503, 42, "carrier_congested", "carrier"),
    ("9302", None, "error", 302, None, "redirected", "carrier"),
    ("9404", None, "error", 404, 1, "number_not_found", "carrier"),
    ("9484", None, "error", 484, 28, "number_incomplete", "carrier"),
    ("9480", None, "system", 480, 18, "no_answer", "carrier"),
    ("9403", None, "endpoint", 403, 21, "declined", "carrier"),
    ("9488", None, "error", 488, 65, "media_refused", "carrier"),
    ("9500", None, "error", 500, 41, "carrier_failure", "carrier"),
    ("9700", None, "system", 487, None, "no_answer", "server"),
    ("9700", "alerting", "client", None, None, "cancelled", "api"),
    ("9701", None, "system", None, None, "no_answer", "server"),
    ("9702", None, "system", None, None, "no_answer", "server"),
    ("9704", "connected", "client", None, None, "hung_up", "api"),
    ("9705", None, "endpoint", 486, 17, "busy", "carrier"),
    ("9706", None, "error", 404, 1, "number_not_found", "carrier"),
    ("9707", None, "system", None, None, "no_answer", "server"),
    ("9708", "connected", "client", None, None, "hung_up", "api"),
    ("9710", "connected", "client", None, None, "hung_up", "api"),
    ("9711", "connected", "client", None, None, "hung_up", "api"),
    ("9712", "connected", "client", None, None, "hung_up", "api"),
    ("9713", "connected", "client", None, None, "hung_up", "api"),
    ("9714", "alerting", "client", None, None, "cancelled", "api"),
    ("9714", None, "system", None, None, "no_answer", "server"),
    ("9715", "alerting", "client", None, None, "cancelled", "api"),
    ("9716", "connected", "client", None, None, "hung_up", "api"),
    ("9717", None, "error", 421, None, "carrier_failure", "carrier"),
    ("9718", "connected", "client", None, None, "hung_up", "api"),
    ("9719", "connected", "client", None, None, "hung_up", "api"),
    ("9720", None, "error", None, None, "media_unusable", "server"),
    ("9721", None, "error", None, None, "media_unusable", "server"),
    ("9722", None, "error", None, None, "media_unusable", "server"),
    ("9723", None, "error", None, None, "media_unusable", "server"),
    ("9724", "connected", "client", None, None, "hung_up", "api"),
    ("9725", "connected", "client", None, None, "hung_up", "api"),
    ("9730", "connected", "client", None, None, "hung_up", "api"),
    ("9731", "connected", "client", None, None, "hung_up", "api"),
    ("9732", None, "system", None, None, "no_answer", "server"),
    ("9733", "connected", "client", None, None, "hung_up", "api"),
    ("9734", "connected", "client", None, None, "hung_up", "api"),
    ("9801", None, "endpoint", 486, 17, "busy", "carrier"),
]


def set_answer_timeout(data_dir):
    with sqlite3.connect(pathlib.Path(data_dir) / "ringwright.db") as store:
        store.execute("UPDATE trunks SET answer_timeout_ms = ?", (ANSWER_TIMEOUT_MS,))


def test_every_script_ends_as_the_table_says():
    data_dir = tempfile.mkdtemp(prefix="rw-scripts-")
    with Simulator() as carrier:
        with Server(carrier.sip, data_dir=data_dir):
            pass  # makes the store
        set_answer_timeout(data_dir)
        with Server(carrier.sip, data_dir=data_dir) as server:
            placed = [(row, server.place_agentless(f"+49303000{row[0]}")) for row in ROWS]
            for row, conversation in placed:
                if row[1]:
                    server.in_state(conversation, "external", row[1])
                    assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                          token=server.demo["agentless_token"]).status == 202
            wrong = []
            for row, conversation in placed:
                view = server.finished(conversation)
                got = ended(participant(view, "external"))
                want = (row[2], row[3] if row[3] else got[1], row[4] if row[4] else got[2], row[5], row[6])
                if got != want:
                    wrong.append(f"...{row[0]}: got {got}, want {want}")
            assert not wrong, "\n".join(wrong)
            until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)
        events = carrier.events()
        assert not [e for e in events if e.get("event") == "ack_missing"], "a 200 got no ACK"
        forked = {e["call_id"] for e in events if e.get("event") == "invite" and e["to"].endswith("9710")}
        byes = [e for e in events if e.get("event") == "bye_received" and e["call_id"] in forked]
        assert len(byes) >= 2, "the second telephone that answered got no BYE"
    shutil.rmtree(data_dir, ignore_errors=True)


def ended(one):
    codes = {reason["type"]: reason["code"] for reason in one.get("disconnectReasons", [])}
    return (one["disconnectType"], codes.get("sip"), codes.get("q850"), one["endedReason"], one["endedBy"])


def test_digest_credentials_are_used():
    data_dir = tempfile.mkdtemp(prefix="rw-digest-")
    with Simulator("--digest", "ringwright:quartz") as carrier:
        with Server(carrier.sip, data_dir=data_dir):
            pass
        with sqlite3.connect(pathlib.Path(data_dir) / "ringwright.db") as store:
            store.execute("UPDATE trunks SET auth_user = 'ringwright', auth_password = 'quartz'")
        with Server(carrier.sip, data_dir=data_dir) as server:
            conversation = server.place_agentless()
            server.in_state(conversation, "external", "connected")
            assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect",
                                  token=server.demo["agentless_token"]).status == 202
            assert participant(server.finished(conversation), "external")["disconnectType"] == "client"
    shutil.rmtree(data_dir, ignore_errors=True)


main(globals())
