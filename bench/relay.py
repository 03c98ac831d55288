#!/usr/bin/env python3
"""CPU a relayed RTP packet at 20 ms spacing, ours against rtpengine in user space, in the same run.

    RINGWRIGHT_BUILD=build bench/relay.py [--calls 200] [--seconds 5] [--rounds 3] [--only relay|srtp]

And what SRTP costs: calls through two relays of ours, sealed between them, against the same in the clear; so each packet
is relayed twice, sealed once and opened once. Needs the package rtpengine-daemon. Both relays get the same load from relay_load; each round measures
one and then the other, and gives one ratio. CPU is what the kernel counted for all threads of the
relay's process, in user space and in the kernel, and the packets are those that arrived.
"""
import argparse
import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import measure

LIMIT = 0.8
SRTP_LIMIT = 1.5


def cpu_ns(pid):
    total = 0
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        total += int((task / 'schedstat').read_text().split()[0])
    return total


def end(process):
    process.terminate()
    process.communicate(timeout=10)


class Ours:
    flags = ()

    def __init__(self, stack):
        self.process = subprocess.Popen([measure.BUILD / 'bench/relay_host', *self.flags], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.callback(end, self.process)

    def connect(self, pairs):
        self.process.stdin.write(''.join(f'{a} {b}\n' for a, b in pairs) + 'end\n')
        self.process.stdin.flush()
        return [tuple(map(int, self.process.stdout.readline().split())) for _ in pairs]


class Plain(Ours):
    flags = ('plain',)


class Sealed(Ours):
    flags = ('sealed',)


def bencode(value):
    if isinstance(value, str):
        return f'{len(value)}:{value}'
    if isinstance(value, list):
        return 'l' + ''.join(map(bencode, value)) + 'e'
    return 'd' + ''.join(bencode(k) + bencode(v) for k, v in sorted(value.items())) + 'e'


def bdecode(text, at=0):
    if text[at] == 'i':
        end = text.index('e', at)
        return int(text[at + 1:end]), end + 1
    if text[at] in 'dl':
        items, kind = [], text[at]
        at += 1
        while text[at] != 'e':
            item, at = bdecode(text, at)
            items.append(item)
        return (dict(zip(items[::2], items[1::2])) if kind == 'd' else items), at + 1
    colon = text.index(':', at)
    size = int(text[at:colon])
    return text[colon + 1:colon + 1 + size], colon + 1 + size


class Rtpengine:
    def __init__(self, stack):
        program = shutil.which('rtpengine')
        if not program:
            sys.exit('bench/relay.py: install the package rtpengine-daemon')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(('127.0.0.1', 0))
            port = probe.getsockname()[1]
        where = stack.enter_context(tempfile.TemporaryDirectory())
        self.process = subprocess.Popen(
            [program, '--config-file=none', '--table=-1', '--interface=127.0.0.1',
             f'--listen-ng=127.0.0.1:{port}', '--foreground', '--log-stderr', '--log-level=3',
             '--port-min=40000', '--port-max=49999', f'--recording-dir={where}'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(end, self.process)
        self.control = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.control.settimeout(2)
        self.asked = 0
        self.control.connect(('127.0.0.1', port))
        for _ in range(50):
            try:
                if self.ask({'command': 'ping'}).get('result') == 'pong':
                    return
            except OSError:
                time.sleep(0.1)
        sys.exit('bench/relay.py: rtpengine does not answer')

    def ask(self, request):
        self.asked += 1  # a cookie that was used before gets the old answer again
        self.control.send((f'{self.asked} ' + bencode(request)).encode())
        while True:
            cookie, answer = self.control.recv(65536).decode().split(' ', 1)
            if cookie == str(self.asked):
                return bdecode(answer)[0]

    def relay_port(self, request):
        answer = self.ask(request)
        if answer.get('result') != 'ok':
            sys.exit(f'bench/relay.py: rtpengine says {answer}')
        return next(int(line.split()[1]) for line in answer['sdp'].split('\r\n')
                    if line.startswith('m=audio'))

    def connect(self, pairs):
        ports = []
        for i, (a, b) in enumerate(pairs):
            common = {'call-id': f'call{i}', 'from-tag': 'a', 'ICE': 'remove',
                      'replace': ['origin', 'session-connection']}
            towards_b = self.relay_port({**common, 'command': 'offer', 'sdp': sdp(a)})
            towards_a = self.relay_port({**common, 'command': 'answer', 'to-tag': 'b', 'sdp': sdp(b)})
            ports.append((towards_a, towards_b))
        return ports


def sdp(port):
    return ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
            f'm=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n')


def run(kind, options):
    """CPU in microseconds a packet, of one relay under the load."""
    with contextlib.ExitStack() as stack:
        relay = kind(stack)
        load = subprocess.Popen([measure.BUILD / 'bench/relay_load', str(options.calls), str(options.seconds)],
                                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.callback(end, load)
        pairs = [tuple(map(int, load.stdout.readline().split())) for _ in range(options.calls)]
        load.stdin.write(''.join(f'{a} {b}\n' for a, b in relay.connect(pairs)))
        load.stdin.flush()
        assert load.stdout.readline() == 'warm\n'
        before = cpu_ns(relay.process.pid)
        sent, received = map(int, load.stdout.readline().split())
        used = cpu_ns(relay.process.pid) - before
    assert received > 0.99 * sent, f'{kind.__name__} lost {sent - received} of {sent} packets'
    return used / 1000 / received


def compare(what, load, options, ours, control, limit):
    ratios = []
    for _ in range(options.rounds):
        mine, theirs = run(ours, options), run(control, options)
        ratios.append(mine / theirs)
        print(f'     {ours.__name__.lower()}: {mine:.2f} us a packet, {control.__name__.lower()} {theirs:.2f}', flush=True)
    return measure.report(what, load, ratios, limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--calls', type=int, default=200)
    parser.add_argument('--seconds', type=int, default=5)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--only', choices=('relay', 'srtp'))
    options = parser.parse_args()
    load = f'{options.calls} calls, 172 bytes each 20 ms both ways, {options.seconds} s'
    good = True
    if options.only != 'srtp':
        good = compare('RTP relay, CPU a packet / rtpengine in user space', load, options, Ours, Rtpengine, LIMIT)
    if options.only != 'relay':
        good &= compare('RTP relayed twice, sealed between / in the clear', load, options, Sealed, Plain, SRTP_LIMIT)
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
