"""baresip as a real telephone, or as a carrier's far end: it plays a tone of 700 Hz and writes what it hears to a file."""
import math
import pathlib
import shutil
import struct
import tempfile

from harness import Process, free_port, until

PHONE_HZ = 700


def phone_config(folder, port, host, user, account):
    pathlib.Path(folder, "config").write_text(f"""
poll_method epoll
sip_listen {host}:{port}
net_interface {host.strip("[]")}
audio_player aubridge,sink
audio_source ausine,{PHONE_HZ}
audio_alert aubridge,alert
ausrc_srate 48000
ausrc_channels 2
auplay_srate 8000
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module ausine.so
module aubridge.so
module sndfile.so
module account.so
module_app menu.so
snd_path {folder}
""")
    pathlib.Path(folder, "accounts").write_text(
        f"<sip:{user}@{host}:{port}>;regint=0;answermode=auto;audio_codecs=PCMU,PCMA{account}\n")


class Phone(Process):
    """baresip, which answers by itself. account: more parameters of its account, each with its semicolon."""

    def __init__(self, user="dana", host="127.0.0.1", account=""):
        self.folder = tempfile.mkdtemp(prefix="rw-phone-")
        port = free_port()
        phone_config(self.folder, port, host, user, account)
        super().__init__("baresip", ["baresip", "-f", self.folder, "-v"])
        until("baresip", lambda: "baresip is ready" in self.output())
        self.sip = f"{host}:{port}"
        self.uri = f"sip:{user}@{self.sip}"

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
