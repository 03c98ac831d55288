"""kill -9 at random moments under load: nothing acknowledged is lost, nothing is dialled twice.

Fifty lives of one server on one store. In each, clients post calls with an Idempotency-Key (each to
a number of its own), the server is killed at a random moment, and after the restart whoever got no
answer posts again with the same key, as a good client does.
"""
import http.client
import os
import pathlib
import random
import select
import shutil
import signal
import sqlite3
import tempfile
import threading
import uuid

from harness import Server, Simulator, main, until

LIVES = int(os.environ.get("RINGWRIGHT_LIVES", "50"))
CLIENTS = 8


class Client(threading.Thread):
    """Posts one call after the other until the server is gone."""

    def __init__(self, server, pending, number):
        super().__init__()
        self.server, self.pending, self.number = server, pending, number
        self.acknowledged = {}  # key -> conversation id
        self.open = {}          # key -> number: sent, no answer seen

    def run(self):
        connection = http.client.HTTPConnection(*self.server.address, timeout=30)
        try:
            while True:
                key, to = self.pending.pop() if self.pending else (str(uuid.uuid4()), next(self.number))
                self.open[key] = to
                answer = self.server.request(
                    "POST", f"/api/v2/conversations/calls/user/{self.server.demo['agentless_user_id']}",
                    {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"}},
                    token=self.server.demo["agentless_token"], headers={"Idempotency-Key": key},
                    connection=connection)
                assert answer.status == 200, (answer.status, answer.body)
                self.acknowledged[key] = answer.json["id"]
                del self.open[key]
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def numbers():
    """+4930 and eight digits: a number for each key, so that the carrier can count."""
    for n in range(10_000_000):
        yield f"+4930{n:08d}"


class Shared:
    """An iterator for several threads."""

    def __init__(self, iterator):
        self.iterator, self.lock = iterator, threading.Lock()

    def __next__(self):
        with self.lock:
            return next(self.iterator)


def test_fifty_lives():
    seed = int(os.environ.get("RINGWRIGHT_SEED", random.randrange(1 << 30)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    data_dir = tempfile.mkdtemp(prefix="rw-kill-")
    number = Shared(numbers())
    acknowledged, pending, slowest = {}, [], 0.0
    with Simulator("--no-media") as carrier:
        for life in range(LIVES):
            with Server(carrier.sip, data_dir=data_dir) as server:
                slowest = max(slowest, server.start_seconds) if life else 0.0
                clients = [Client(server, pending, number) for _ in range(CLIENTS)]
                for client in clients:
                    client.start()
                select.select([], [], [], chance.uniform(0.01, 0.4))
                server.stop(signal.SIGKILL)
                for client in clients:
                    client.join()
                    acknowledged.update(client.acknowledged)
                    pending.extend(client.open.items())
        # One more life, in which everybody who is still waiting gets an answer.
        with Server(carrier.sip, data_dir=data_dir) as server:
            for key, to in pending:
                answer = server.request(
                    "POST", f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}",
                    {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"}},
                    token=server.demo["agentless_token"], headers={"Idempotency-Key": key})
                assert answer.status == 200, (answer.status, answer.body)
                acknowledged[key] = answer.json["id"]
            for conversation in acknowledged.values():
                server.call(conversation)
        with sqlite3.connect(pathlib.Path(data_dir) / "ringwright.db") as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        dialled = {}
        for event in carrier.events():
            if event.get("event") == "invite":
                dialled.setdefault(event["to"], set()).add(event["call_id"])
        twice = {to: ids for to, ids in dialled.items() if len(ids) > 1}
        assert not twice, twice
        assert len(acknowledged) > LIVES, "hardly any call was placed: the test tests nothing"
        assert len(set(acknowledged.values())) == len(acknowledged)
        print(f"{len(acknowledged)} calls acknowledged in {LIVES} lives; slowest restart {slowest:.2f} s")
        assert slowest < 2.0, slowest
    shutil.rmtree(data_dir, ignore_errors=True)


main(globals())
