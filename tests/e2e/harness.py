"""What the end-to-end tests share: starting a server, carriers and stations, talking to it.

Every process is started here, is bound to 127.0.0.1 with a port of the system's choice, and is
stopped by its id when its `with` block ends. Nothing waits by the clock: waiting means asking for
the state that is awaited, until a deadline that only a broken program reaches.
"""
import contextlib
import http.client
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ.get("RINGWRIGHT_BUILD", "build"))
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 60  # only a broken program makes a test wait that long


def until(what, condition, patience_s=PATIENCE_S):
    """Asks `condition` again and again until it gives something true; returns that."""
    deadline = time.monotonic() + patience_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience_s} s for {what}")
        select.select([], [], [], 0.02)


def free_port():
    """A port that is free for UDP and TCP, below the range from which the kernel gives out ports by itself:
    no connection that a test makes can take it meanwhile."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            with contextlib.suppress(OSError):
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
                return port


class Process:
    """A child process whose output goes to a file, stopped when the block ends."""

    def __init__(self, name, command, env=None, cwd=None):
        self.name = name
        self.log_path = pathlib.Path(tempfile.mkstemp(prefix=f"rw-{name}-", suffix=".log")[1])
        self.log = open(self.log_path, "wb")
        self.child = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **(env or {})})

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is not None:
            print(f"--- {self.name} ---\n{self.output()[-6000:]}")
        self.log.close()
        self.log_path.unlink(missing_ok=True)

    def output(self):
        return self.log_path.read_text(errors="replace")

    def alive(self):
        return self.child.poll() is None

    def wait(self, patience_s=PATIENCE_S):
        return self.child.wait(timeout=patience_s)

    def stop(self, how=signal.SIGTERM):
        if self.alive():
            self.child.send_signal(how)
            try:
                self.child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                if how != signal.SIGKILL:
                    raise AssertionError(f"{self.name} did not stop when asked") from None


class Simulator(Process):
    """ringwright-sim as a carrier or a station; `events()` are the lines it printed."""

    def __init__(self, *flags):
        super().__init__("sim", [BUILD / "ringwright-sim", "--listen", "127.0.0.1:0", "--json-events",
                                 *flags])
        self.sip = until("the simulator", self._ready)

    def _ready(self):
        if not self.alive():
            raise AssertionError("the simulator ended: " + self.output()[-2000:])
        return next((event["sip"] for event in self.events() if "sip" in event), None)

    def events(self):
        found = []
        for line in self.output().splitlines():
            if line.startswith("{"):
                with contextlib.suppress(json.JSONDecodeError):
                    found.append(json.loads(line))
        return found


class Sipp(Process):
    """sipp with one of its own scenarios (`-sn uas`) or a file of tests/e2e/scenarios."""

    def __init__(self, *flags, scenario=None, port=None):
        self.port = port or free_port()
        source = ["-sf", SOURCE / "tests/e2e/scenarios" / scenario] if scenario else ["-sn", "uas"]
        self.folder = tempfile.mkdtemp(prefix="rw-sipp-")
        super().__init__("sipp", ["sipp", *source, "-i", "127.0.0.1", "-p", self.port, "-nostdin",
                                  "-trace_err", *flags], env={"TERM": "dumb"}, cwd=self.folder)
        until("sipp's port", self._bound)
        self.sip = f"127.0.0.1:{self.port}"

    def _bound(self):
        if not self.alive():
            raise AssertionError("sipp ended: " + self.output()[-2000:])
        mine = f"0100007F:{self.port:04X}"
        return any(mine in open(table, encoding="ascii").read()
                   for table in ("/proc/net/udp", "/proc/net/tcp"))

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        shutil.rmtree(self.folder, ignore_errors=True)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Server(Process):
    """ringwrightd with a store of its own and the demo tenant in it. init: more flags for --init; prepare: is given
    the store's file before the server starts."""

    def __init__(self, carrier, station="sip:sim@127.0.0.1:9", data_dir=None, settings=(), workers=2,
                 further_carriers=(), init=(), prepare=None):
        self.own_folder = data_dir is None
        self.data_dir = pathlib.Path(data_dir or tempfile.mkdtemp(prefix="rw-data-"))
        self.daemon = BUILD / "ringwrightd"
        secrets = self.data_dir / "demo.json"
        new = not secrets.exists()
        if new:
            made = subprocess.run(
                [self.daemon, "--data-dir", self.data_dir, "--init", "--demo", "--carrier", carrier,
                 "--station", station, "--json", *init], check=True, capture_output=True, text=True)
            secrets.write_text(made.stdout)
            if prepare:
                prepare(self.data_dir / "ringwright.db")
        self.demo = json.loads(secrets.read_text())
        self.ready_file = self.data_dir / "ringwrightd.json"
        self.ready_file.unlink(missing_ok=True)
        # as a real server it keeps its SIP port over a restart: a CANCEL has to repeat the INVITE's Via
        sip_port = self.data_dir / "sip_port"
        if not sip_port.exists():
            sip_port.write_text(str(free_port()))
        flags = ["--set", "http.listen=127.0.0.1:0", "--set", f"sip.listen=127.0.0.1:{sip_port.read_text()}",
                 "--set", "media.port_min=0", "--set", "media.port_max=0", "--set", "server.drain_timeout_ms=200",
                 "--workers", workers]
        for setting in settings:
            flags += ["--set", setting]
        self.started = time.monotonic()
        super().__init__("ringwrightd", [self.daemon, "--data-dir", self.data_dir, *flags])
        self.ready = until("the server", self._ready)
        self.start_seconds = time.monotonic() - self.started
        host, port = self.ready["http"].rsplit(":", 1)
        self.address = (host, int(port))
        self.base_url = f"http://{self.ready['http']}"
        for number, further in enumerate(further_carriers if new else (), 2):
            self._add_carrier(further, number)

    def _add_carrier(self, carrier, number):
        """A trunk and a route like the demo's, tried after those that there are."""
        host, port = carrier.removesuffix("/tcp").rsplit(":", 1)
        trunk = self.telephony("POST", "/trunkbasesettings", {
            "name": f"Carrier {number}", "answerTimeoutMs": 60000,
            "sip": {"host": host, "port": int(port), "transport": "tcp" if carrier.endswith("/tcp") else "udp"}})
        site = self.telephony("GET", "/sites")["entities"][0]["id"]
        self.telephony("POST", f"/sites/{site}/outboundroutes", {
            "name": f"Everywhere {number}", "externalTrunkBases": [{"id": trunk["id"]}], "priority": number})

    def telephony(self, method, path, body=None, status=200):
        """What the administrator asks of the telephony's API; the answer's JSON."""
        answer = self.request(method, "/api/v2/telephony/providers/edges" + path, body, token=self.demo["admin_token"])
        assert answer.status == status, answer.body
        return answer.json

    def change_trunk(self, status=200, **groups):
        """Changes settings of the demo's trunk: change_trunk(sip={"authUser": "us"}, answerTimeoutMs=5000)."""
        path = f"/trunkbasesettings/{self.demo['trunk_id']}"
        shown = self.telephony("GET", path)
        body = {name: shown[name] for name in ("name", "version", "answerTimeoutMs", "enabled")}
        body |= {name: value for name, value in shown.items() if isinstance(value, dict) and "id" not in value}
        for name, value in groups.items():
            body[name] = body.get(name, {}) | value if isinstance(value, dict) else value
        return self.telephony("PUT", path, body, status)

    def _ready(self):
        if not self.alive():
            raise AssertionError("the server ended: " + self.output()[-3000:])
        if self.ready_file.exists():
            return json.loads(self.ready_file.read_text())
        return None

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is None and self.child.returncode not in (0, -signal.SIGKILL):
            kind = AssertionError
            super().__exit__(kind, value, trace)
            raise AssertionError(f"ringwrightd ended with {self.child.returncode}")
        super().__exit__(kind, value, trace)
        if self.own_folder:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def request(self, method, path, body=None, token=None, headers=None, connection=None):
        own = connection or http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)
        sent = {"Authorization": f"Bearer {token or self.demo['user_token']}"} if token != "" else {}
        sent.update(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        own.request(method, path, body=body, headers=sent)
        got = own.getresponse()
        answer = Answer(got.status, got.headers, got.read())
        if connection is None:
            own.close()
        return answer

    def place(self, to="+6591234567", **more):
        body = {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"},
                "callType": "outbound", "providerId": self.demo["provider_id"]}
        answer = self.request("POST", "/api/v2/conversations/calls", body, **more)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json["id"]

    def place_agentless(self, to="+6591234567", **more):
        body = {"to": {"phoneNumber": to}, "from": {"phoneNumber": "+6534567890"}}
        path = f"/api/v2/conversations/calls/user/{self.demo['agentless_user_id']}"
        answer = self.request("POST", path, body, token=self.demo["agentless_token"], **more)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json["id"]

    def call(self, conversation):
        answer = self.request("GET", f"/api/v2/conversations/calls/{conversation}")
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json

    def finished(self, conversation, patience_s=PATIENCE_S):
        """The conversation once every participant has ended."""
        def over():
            view = self.call(conversation)
            return view if all(p.get("endTime") for p in view["participants"]) and view.get("endTime") else None
        return until(f"the end of {conversation}", over, patience_s)

    def in_state(self, conversation, purpose, state):
        def there():
            view = self.call(conversation)
            return view if participant(view, purpose).get("state") == state else None
        return until(f"{purpose} {state}", there)


def participant(view, purpose):
    return next(p for p in view["participants"] if p["purpose"] == purpose)


def main(names):
    """Runs every test_* function of a test file (or those named on the command line)."""
    import sys
    import traceback
    failed = 0
    for name, test in list(names.items()):
        if not name.startswith("test_") or not callable(test):
            continue
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        started = time.monotonic()
        try:
            test()
            print(f"ok    {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:  # a test's failure is reported, the next one still runs
            failed += 1
            traceback.print_exc()
            print(f"FAIL  {name}", flush=True)
    sys.exit(1 if failed else 0)
