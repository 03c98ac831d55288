"""A real telephone (baresip) as the station, and who hears whom.

Baresip plays a tone of 700 Hz and writes what it hears to a file; the simulated carrier says which
tone it hears and plays its own.
"""
import math
import pathlib
import shutil
import struct
import tempfile

from harness import Process, Server, Simulator, free_port, main, participant, until

PHONE_HZ = 700


def phone_config(folder, port):
    pathlib.Path(folder, "config").write_text(f"""
poll_method epoll
sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
audio_player aubridge,sink
audio_source ausine,{PHONE_HZ}
audio_alert aubridge,alert
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aubridge.so
module sndfile.so
module account.so
module_app menu.so
snd_path {folder}
""")
    pathlib.Path(folder, "accounts").write_text(
        f"<sip:dana@127.0.0.1:{port}>;regint=0;answermode=auto;audio_codecs=PCMU,PCMA\n")


class Phone(Process):
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="rw-phone-")
        port = free_port()
        phone_config(self.folder, port)
        super().__init__("baresip", ["baresip", "-f", self.folder, "-v"])
        until("baresip", lambda: "baresip is ready" in self.output())
        self.uri = f"sip:dana@127.0.0.1:{port}"

    def heard(self):
        """The samples of what arrived at the telephone's loudspeaker."""
        for path in sorted(pathlib.Path(self.folder).glob("dump-*-dec.wav")):
            # Baresip completes the header when it ends; the samples begin at byte 44 before that, too.
            sound = path.read_bytes()[44:]
            count = len(sound) // 2
            return struct.unpack(f"<{count}h", sound[:count * 2]), 8000
        return (), 8000

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        shutil.rmtree(self.folder, ignore_errors=True)


def strength(samples, rate, hz):
    """Goertzel: how much of one frequency is in the samples, 1.0 = a full-scale sine of it alone."""
    turn = 2 * math.cos(2 * math.pi * hz / rate)
    one = two = 0.0
    for sample in samples:
        one, two = sample / 32768 + turn * one - two, one
    return 2 * math.sqrt(max(one * one + two * two - turn * one * two, 0)) / len(samples)


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
