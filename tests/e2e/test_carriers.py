"""The table of carrier misbehaviour (carriers.tsv): every call ends as it says, and nothing is left that goes on billing."""
import pathlib
import shutil
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor

from carrier import Carrier
from harness import SOURCE, Server, main, participant, until

ANSWER_TIMEOUT_MS = 4000
CALL_S = 120  # the longest one has a session timer that runs out
COLUMNS = "no way scenario script hang_up disconnect sip q850 reason by".split()
ROWS = [dict(zip(COLUMNS, line.split("\t"))) for line in
        (SOURCE / "tests/e2e/carriers.tsv").read_text().splitlines() if line and not line.startswith("#")]


OVER_TCP = ("tcp", "cut")
RELIABLE = {"rel": "supported", "must": "required"}


def set_trunk(data_dir, way):
    with sqlite3.connect(pathlib.Path(data_dir) / "ringwright.db") as store:
        store.execute("UPDATE trunks SET answer_timeout_ms = ?, transport = ?, session_expires_s = ?, reliable_provisional = ?,"
                      " auth_user = 'us', auth_password = 'quartz'",
                      (ANSWER_TIMEOUT_MS, "tcp" if way in OVER_TCP else "udp", 90 if way == "timer" else 0, RELIABLE.get(way)))


def ended(view):
    one = participant(view, "external")
    codes = {reason["type"]: str(reason["code"]) for reason in one.get("disconnectReasons", [])}
    return {"disconnect": one["disconnectType"], "sip": codes.get("sip", "-"), "q850": codes.get("q850", "-"),
            "reason": one["endedReason"], "by": one["endedBy"]}


def differs(row, got):
    """A dash for the status of a call that we ended ourselves says nothing: some ways of ending leave one."""
    return [f"{key} {got[key]}, not {row[key]}" for key in got
            if row[key] != got[key] and not (row[key] == "-" and row["by"] in ("api", "server"))]


def hang_up(server, row, conversation):
    """Ends the call through the API in the state that the row names; what went wrong, as a list."""
    if row["hang_up"] == "-":
        return []
    try:
        server.in_state(conversation, "external", row["hang_up"])
    except AssertionError:
        return [f"{row['no']} {row['scenario']}: was never {row['hang_up']}"]
    server.request("POST", f"/api/v2/conversations/{conversation}/disconnect", token=server.demo["agentless_token"])
    return []


def place_and_end(server, rows):
    """What went wrong with the calls of these rows, which run at the same time."""
    placed = [(row, server.place_agentless(f"+49303000{row['no']}")) for row in rows]
    wrong = []
    for row, conversation in sorted(placed, key=lambda one: one[0]["hang_up"]):  # those that only ring can't wait
        wrong += hang_up(server, row, conversation)
    for row, conversation in placed:
        try:
            wrong += [f"{row['no']} {row['scenario']}: {what}" for what in differs(row, ended(server.finished(conversation, CALL_S)))]
        except AssertionError:
            wrong.append(f"{row['no']} {row['scenario']}: does not end")
    return wrong


def play(way):
    rows = [row for row in ROWS if row["way"] == way]
    data_dir = tempfile.mkdtemp(prefix="rw-carriers-")
    with Carrier({row["no"]: row["script"] for row in rows}, tcp=way in OVER_TCP) as carrier:
        with Server(carrier.here, data_dir=data_dir):
            pass  # makes the store
        set_trunk(data_dir, way)
        with Server(carrier.here, data_dir=data_dir) as server:
            wrong = []
            for together in ([[row] for row in rows] if way == "cut" else [rows]):
                wrong += place_and_end(server, together)
            assert not wrong, "\n".join(wrong)
            until("no call to be left", lambda: server.request("GET", "/health", token="").json["liveCalls"] == 0)
            try:
                until("every dialog to be ended", lambda: not carrier.left_open())
            except AssertionError:
                raise AssertionError("left open: " + "; ".join(carrier.left_open())) from None
        assert not carrier.problems, carrier.problems
    shutil.rmtree(data_dir, ignore_errors=True)
    return len(rows)


def test_every_scenario_ends_as_the_table_says():
    ways = ("udp", "tcp", "cut", "timer", "rel", "must")
    with ThreadPoolExecutor(len(ways)) as pool:  # each waits for the 32 s of its silent ones, or 60 s for a refresh: at the same time
        played = list(pool.map(play, ways))
    assert sum(played) == len(ROWS) >= 40


main(globals())
