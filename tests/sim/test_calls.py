#!/usr/bin/env python3
"""Calls the simulator as a carrier's customer would: over UDP and TCP, with a hand-made SIP client, and by sipp.

    test_calls.py RINGWRIGHT_SIM

Nothing sleeps: each step waits for a packet or for an event line, for at most PATIENCE seconds.
"""
import hashlib
import json
import math
import os
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SIM = sys.argv[1]
PATIENCE = 20
FAST = ['--ring-ms', '20', '--answer-ms', '60']


class Sim:
    def __init__(self, *options, events=True):
        self.process = subprocess.Popen([SIM, '--listen', '127.0.0.1:0', *(['--json-events'] if events else []),
                                         *options], stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        host, port = self.ready['sip'].rsplit(':', 1)
        self.address = (host, int(port))
        self.summary = None
        self.waiting = {}
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event['event'] == 'summary':
                self.summary = event
            else:
                self.of(event.get('call_id')).put(event)

    def of(self, call_id):
        with self.lock:
            return self.waiting.setdefault(call_id, queue.Queue())

    def event(self, call_id, name, patience=PATIENCE):
        """The next event of that name; others before it are passed over."""
        end = time.monotonic() + patience
        while True:
            event = self.of(call_id).get(timeout=max(0.01, end - time.monotonic()))
            if event['event'] == name:
                return event

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
        self.reader.join(PATIENCE)
        self.process.stdout.close()
        return self.summary


class Message:
    def __init__(self, data):
        head, _, self.body = data.decode('latin-1').partition('\r\n\r\n')
        self.start, *lines = head.split('\r\n')
        self.headers = [tuple(part.strip() for part in line.split(':', 1)) for line in lines]
        self.status = int(self.start.split()[1]) if self.start.startswith('SIP/2.0 ') else None
        self.method = self.get('CSeq').split()[1]

    def get(self, name, default=''):
        return next((value for key, value in self.headers if key.lower() == name.lower()), default)

    @property
    def tag(self):
        return self.get('To').partition(';tag=')[2]


class Phone:
    """One call of a client: keeps nothing but what the next request needs."""
    count = 0

    def __init__(self, sim, user, tcp=False):
        Phone.count += 1
        self.sim, self.user, self.tcp = sim, user, tcp
        self.call_id = f'call-{Phone.count}'
        self.cseq, self.branch = 1, 0
        if tcp:
            self.socket = socket.create_connection(sim.address, PATIENCE)
            self.rest = b''
        else:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(('127.0.0.1', 0))
        self.socket.settimeout(PATIENCE)
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(('127.0.0.1', 0))
        self.rtp.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.invite_branch = None

    def close(self):
        self.socket.close()
        self.rtp.close()

    def sdp(self, formats='0 8 101'):
        return ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
                f'm=audio {self.rtp.getsockname()[1]} RTP/AVP {formats}\r\n'
                'a=rtpmap:101 telephone-event/8000\r\n')

    def send(self, data):
        if self.tcp:
            self.socket.sendall(data)
        else:
            self.socket.sendto(data, self.sim.address)

    def request(self, method, to_tag='', branch=None, cseq=None, body='', extra=''):
        self.branch += 1
        branch = branch or f'z9hG4bK{self.call_id}.{self.branch}'
        to = f'<sip:{self.user}@carrier>' + (f';tag={to_tag}' if to_tag else '')
        transport = 'TCP' if self.tcp else 'UDP'
        data = (f'{method} sip:{self.user}@{self.sim.ready["sip"]} SIP/2.0\r\n'
                f'Via: SIP/2.0/{transport} 127.0.0.1:{self.port};branch={branch};rport\r\n'
                f'From: <sip:test@127.0.0.1>;tag=from\r\nTo: {to}\r\nCall-ID: {self.call_id}\r\n'
                f'CSeq: {cseq or self.cseq} {method}\r\nMax-Forwards: 70\r\n'
                f'Contact: <sip:test@127.0.0.1:{self.port}>\r\n{extra}'
                + ('Content-Type: application/sdp\r\n' if body else '')
                + f'Content-Length: {len(body)}\r\n\r\n{body}').encode('latin-1')
        self.send(data)
        return branch, data

    def invite(self, body=None, extra=''):
        self.invite_branch, data = self.request('INVITE', body=self.sdp() if body is None else body, extra=extra)
        return data

    def read(self):
        if not self.tcp:
            return Message(self.socket.recv(65536))
        while True:
            head, gap, body = self.rest.partition(b'\r\n\r\n')
            if gap:
                message = Message(self.rest)
                length = int(message.get('Content-Length', '0'))
                if len(body) >= length:
                    self.rest = body[length:]
                    message.body = message.body[:length]
                    return message
            self.rest += self.socket.recv(65536)

    def response(self, status, method='INVITE'):
        """The next answer of that status; provisional ones and repeats before it are passed over."""
        while True:
            message = self.read()
            if message.status == status and message.method == method:
                return message
            assert message.status is None or message.status < 300 or status >= 300, message.start

    def quiet(self, seconds=0.3):
        """True when nothing at all comes."""
        self.socket.settimeout(seconds)
        try:
            self.read()
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def ack(self, answer, extra=''):
        final_failure = answer.status >= 300
        self.request('ACK', answer.tag, branch=self.invite_branch if final_failure else None, cseq=self.cseq,
                     extra=extra)

    def bye(self, tag, extra=''):
        self.cseq += 1
        return self.request('BYE', tag, extra=extra)

    def reply(self, request, status, body=''):
        copied = ''.join(f'{key}: {value}\r\n' for key, value in request.headers
                         if key in ('Via', 'From', 'To', 'Call-ID', 'CSeq'))
        self.send((f'SIP/2.0 {status} Reply\r\n{copied}Contact: <sip:test@127.0.0.1:{self.port}>\r\n'
                   + ('Content-Type: application/sdp\r\n' if body else '')
                   + f'Content-Length: {len(body)}\r\n\r\n{body}').encode())

    def connect(self, **how):
        self.invite(**how)
        answer = self.response(200)
        self.ack(answer)
        self.sim.event(self.call_id, 'ack')
        return answer

    def hang_up(self, answer, extra=''):
        self.bye(answer.tag, extra)
        self.response(200, 'BYE')
        return self.sim.event(self.call_id, 'ended')


def media_of(message):
    line = next(line for line in message.body.split('\r\n') if line.startswith('m=audio'))
    words = line.split()
    return ('127.0.0.1', int(words[1])), [int(word) for word in words[3:]]


def ulaw_encode(sample):
    sign, sample = (0x80, -sample) if sample < 0 else (0, sample)
    sample = min(sample, 32635) + 132
    exponent = sample.bit_length() - 8
    return ~(sign | exponent << 4 | (sample >> (exponent + 3)) & 15) & 0xff


def ulaw_decode(byte):
    byte = ~byte & 0xff
    sample = (((byte & 15) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -sample if byte & 0x80 else sample


def share_at(samples, hz):
    """Which share of the energy is at that frequency (1 for a pure tone)."""
    c = sum(s * math.cos(2 * math.pi * hz * i / 8000) for i, s in enumerate(samples))
    q = sum(s * math.sin(2 * math.pi * hz * i / 8000) for i, s in enumerate(samples))
    energy = sum(s * s for s in samples)
    return 2 * (c * c + q * q) / (len(samples) * energy) if energy else 0


def rtp(payload_type, seq, timestamp, payload, marker=False):
    return struct.pack('!BBHII', 0x80, payload_type | (0x80 if marker else 0), seq, timestamp, 4242) + payload


class Carrier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim('--tcp', *FAST)
        # these take 32 s of their own: begun first, looked at last
        cls.unacked = Phone(cls.sim, '+6591234567')
        cls.unacked.invite()
        cls.unanswered = Phone(cls.sim, '9100')
        cls.unanswered.connect()

    @classmethod
    def tearDownClass(cls):
        cls.sim.event(cls.unacked.call_id, 'ack_missing', 45)
        cls.sim.event(cls.unacked.call_id, 'bye_sent')
        cls.sim.event(cls.unanswered.call_id, 'bye_unanswered', 45)
        summary = cls.sim.close()
        assert summary['acks_missing'] >= 1 and summary['byes_unanswered'] >= 1, summary
        assert summary['calls'] >= 30, summary
        cls.unacked.close()
        cls.unanswered.close()

    def phone(self, user, **how):
        phone = Phone(self.sim, user, **how)
        self.addCleanup(phone.close)
        return phone

    def test_each_hears_the_other(self):
        phone = self.phone('+6591234567')
        answer = phone.connect()
        where, formats = media_of(answer)
        self.assertEqual(formats, [0, 8, 101])
        samples = []
        for i in range(25):
            frame = bytes(ulaw_encode(int(6000 * math.sin(2 * math.pi * 440 * (160 * i + n) / 8000)))
                          for n in range(160))
            phone.rtp.sendto(rtp(0, i, 160 * i, frame), where)
            packet = phone.rtp.recv(2000)
            self.assertEqual(len(packet), 172)
            samples += [ulaw_decode(b) for b in packet[12:]]
        self.assertGreater(share_at(samples, 1004), 0.95)
        heard = self.sim.event(phone.call_id, 'tone_heard')
        self.assertAlmostEqual(heard['hz'], 440, delta=2)
        self.assertAlmostEqual(heard['dbm0'], -11.6, delta=1)
        ended = phone.hang_up(answer, 'Reason: Q.850;cause=16;text="Normal"\r\n')
        self.assertGreaterEqual(ended['rtp_received'], 25)
        self.assertGreaterEqual(ended['rtp_sent'], 25)

    def test_rings_before_it_answers(self):
        phone = self.phone('+6591234567')
        phone.invite()
        self.assertEqual([phone.read().status for _ in range(3)], [100, 180, 200])

    def test_the_reason_of_a_bye_is_told(self):
        phone = self.phone('9000')
        answer = phone.connect()
        phone.bye(answer.tag, 'Reason: Q.850;cause=31\r\n')
        self.assertEqual(self.sim.event(phone.call_id, 'bye_received')['reason'], 'Q.850;cause=31')

    def test_a_repeated_invite_is_one_call(self):
        phone = self.phone('9700')
        data = phone.invite()
        phone.response(180)
        phone.send(data)
        phone.response(180)
        self.sim.event(phone.call_id, 'invite')
        phone.request('CANCEL', branch=phone.invite_branch)
        phone.response(487)
        self.sim.event(phone.call_id, 'cancelled')
        self.assertEqual(self.sim.event(phone.call_id, 'ended')['how'], 'cancelled')

    def test_the_200_is_repeated_until_the_ack(self):
        phone = self.phone('9000')
        phone.invite()
        first, second = phone.response(200), phone.response(200)
        self.assertEqual((first.tag, first.body), (second.tag, second.body))
        phone.ack(second)
        self.sim.event(phone.call_id, 'ack')

    def test_refusals(self):
        for user, status, reason in (('9486', 486, 'Q.850;cause=17'), ('9404', 404, 'Q.850;cause=1'),
                                     ('9603', 603, 'Q.850;cause=21'), ('9800', 486, 'Q.850;cause=17')):
            phone = self.phone(user)
            phone.invite()
            answer = phone.response(status)
            self.assertEqual(answer.get('Reason'), reason)
            phone.ack(answer)
            self.assertEqual(self.sim.event(phone.call_id, 'ended')['how'], 'rejected')
        phone = self.phone('9302')
        phone.invite()
        self.assertIn('sip:redirected@', phone.response(302).get('Contact'))
        phone = self.phone('9503')
        phone.invite()
        self.assertEqual(phone.response(503).get('Retry-After'), '30')

    def test_early_media(self):
        for user, status in (('9704', 200), ('9705', 486), ('9706', 404), ('9708', 200)):
            phone = self.phone(user)
            phone.invite()
            early = phone.response(180 if user == '9708' else 183)
            self.assertEqual(media_of(early)[1], [0, 8, 101])
            samples = [ulaw_decode(b) for _ in range(10) for b in phone.rtp.recv(2000)[12:]]
            self.assertGreater(share_at(samples, 620), 0.95)
            final = phone.response(status)
            phone.ack(final)
            if status == 200:
                self.assertEqual(media_of(final)[0], media_of(early)[0])
                phone.hang_up(final)

    def test_silence_and_garbage(self):
        phone = self.phone('9701')
        phone.invite()
        self.sim.event(phone.call_id, 'invite')
        self.assertTrue(phone.quiet())
        phone = self.phone('9732')
        phone.invite()
        self.assertTrue(phone.socket.recv(2000).startswith(b'SIP/2.0 banana'))
        phone = self.phone('9702')
        phone.invite()
        self.assertEqual(phone.read().status, 100)
        self.assertTrue(phone.quiet())

    def test_two_telephones_answer(self):
        phone = self.phone('9710')
        phone.invite()
        answers = {phone.response(200).tag: None}
        while len(answers) < 2:
            answers[phone.response(200).tag] = None
        for tag in answers:
            phone.request('ACK', tag)
            phone.bye(tag)
            self.sim.event(phone.call_id, 'ended')

    def test_early_fork(self):
        phone = self.phone('9711')
        phone.invite()
        early, final = phone.response(183), phone.response(200)
        self.assertNotEqual(early.tag, final.tag)
        phone.ack(final)
        phone.hang_up(final)

    def test_byes_gone_wrong(self):
        phone = self.phone('9712')
        answer = phone.connect()
        phone.bye(answer.tag)
        self.sim.event(phone.call_id, 'bye_received')
        self.assertTrue(phone.quiet())
        phone = self.phone('9713')
        answer = phone.connect()
        phone.bye(answer.tag)
        phone.response(481, 'BYE')
        phone = self.phone('9716')
        answer = phone.connect()
        phone.bye(answer.tag)
        theirs = phone.read()
        self.assertTrue(theirs.start.startswith('BYE '))
        phone.response(200, 'BYE')
        phone.reply(theirs, 200)
        self.assertEqual(self.sim.event(phone.call_id, 'ended')['how'], 'hung_up')

    def test_it_hangs_up(self):
        phone = self.phone('9100')
        phone.connect()
        bye = phone.read()
        self.assertTrue(bye.start.startswith('BYE sip:test@127.0.0.1'))
        self.assertEqual(bye.get('Reason'), 'Q.850;cause=16')
        phone.reply(bye, 200)
        self.assertEqual(self.sim.event(phone.call_id, 'bye_answered')['code'], 200)

    def test_cancels_gone_wrong(self):
        phone = self.phone('9714')
        phone.invite()
        phone.response(180)
        phone.request('CANCEL', branch=phone.invite_branch)
        phone.response(200, 'CANCEL')
        answer = phone.response(200)
        phone.ack(answer)
        phone.hang_up(answer)
        phone = self.phone('9715')
        phone.invite()
        phone.response(180)
        phone.request('CANCEL', branch=phone.invite_branch)
        phone.response(200, 'CANCEL')
        self.assertTrue(phone.quiet())

    def test_descriptions(self):
        for user, expected in (('9720', None), ('9721', ''), ('9722', 0), ('9723', [18]), ('9724', [8, 101]),
                               ('9726', [0, 8, 96])):
            phone = self.phone(user)
            answer = phone.connect()
            if expected is None:
                self.assertNotIn('m=audio', answer.body)
            elif expected == '':
                self.assertEqual(answer.body, '')
            elif expected == 0:
                self.assertEqual(media_of(answer)[0][1], 0)
            else:
                self.assertEqual(media_of(answer)[1], expected)
            phone.hang_up(answer)
        phone = self.phone('9725')
        answer = phone.connect()
        self.assertIn('a=inactive', answer.body)
        self.assertEqual(phone.hang_up(answer)['rtp_sent'], 0)

    def test_pcma_alone_is_spoken_too(self):
        phone = self.phone('9724')
        answer = phone.connect()
        self.assertEqual(phone.rtp.recv(2000)[1] & 0x7f, 8)
        phone.hang_up(answer)

    def test_bad_offers(self):
        for body in ('nonsense', 'v=0\r\n', Phone.sdp(self.phone('x')).replace('0 8 101', '18')):
            phone = self.phone('+6591234567')
            phone.invite(body=body)
            phone.ack(phone.response(488))
            self.assertTrue(self.sim.event(phone.call_id, 'bad_offer')['why'].startswith('sdp.'))

    def test_contacts(self):
        phone = self.phone('9730')
        self.assertGreater(len(phone.connect().get('Contact')), 3000)
        phone = self.phone('9731')
        self.assertEqual(phone.connect().get('Contact'), '')
        phone = self.phone('9733')
        phone.invite()
        answer = phone.response(200)
        route = answer.get('Record-Route')
        self.assertIn(';lr', route)
        phone.ack(answer, f'Route: {route}\r\n')
        self.assertTrue(self.sim.event(phone.call_id, 'ack')['route'])
        phone.bye(answer.tag)
        self.assertFalse(self.sim.event(phone.call_id, 'bye_received')['route'])

    def signed(self, phone, challenge, header, password):
        text = challenge.get('WWW-Authenticate') or challenge.get('Proxy-Authenticate')
        nonce = text.split('nonce="')[1].split('"')[0]
        uri = f'sip:{phone.user}@carrier'

        def md5(value):
            return hashlib.md5(value.encode()).hexdigest()

        response = md5(f'{md5(f"sim:ringwright-sim:{password}")}:{nonce}:00000001:c:auth:{md5(f"INVITE:{uri}")}')
        return (f'{header}: Digest username="sim", realm="ringwright-sim", nonce="{nonce}", uri="{uri}", '
                f'response="{response}", qop=auth, nc=00000001, cnonce="c", algorithm=MD5\r\n')

    def test_credentials(self):
        for user, status, header in (('9401', 401, 'Authorization'), ('9407', 407, 'Proxy-Authorization')):
            for password, final in (('secret', 200), ('wrong', 403)):
                phone = self.phone(user)
                phone.invite()
                challenge = phone.response(status)
                phone.ack(challenge)
                phone.cseq += 1
                phone.invite(extra=self.signed(phone, challenge, header, password))
                answer = phone.response(final)
                phone.ack(answer)
                if final == 200:
                    phone.hang_up(answer)

    def test_digits_are_heard(self):
        phone = self.phone('9743')
        answer = phone.connect()
        where, _ = media_of(answer)
        for key, digit in enumerate('90#'):
            event = '0123456789*#'.index(digit)
            for packet in range(6):
                phone.rtp.sendto(rtp(101, key * 6 + packet, key * 2000, struct.pack(
                    '!BBH', event, 10 | (0x80 if packet > 3 else 0), 160 * (packet + 1)), packet == 0), where)
        heard = [self.sim.event(phone.call_id, 'digit_heard') for _ in range(3)]
        self.assertEqual([h['digit'] for h in heard], list('90#'))
        self.assertEqual({h['as'] for h in heard}, {'event'})
        phone.hang_up(answer)

    def test_digits_are_sent(self):
        for user, payload_type in (('9740', 101), ('9726', 96)):
            phone = self.phone(user)
            answer = phone.connect()
            keys = {}
            while len(keys) < 4:
                packet = phone.rtp.recv(2000)
                if packet[1] & 0x7f == payload_type:
                    keys[packet[4:8]] = packet[12]
            self.assertEqual(list(keys.values()), [1, 5, 9, 11])
            phone.hang_up(answer)

    def test_echo(self):
        phone = self.phone('9742')
        answer = phone.connect()
        where, _ = media_of(answer)
        phone.rtp.sendto(rtp(0, 1, 160, b'\x11' * 160), where)
        self.assertEqual(phone.rtp.recv(2000)[12:], b'\x11' * 160)
        phone.hang_up(answer)

    def test_from_another_port(self):
        phone = self.phone('9744')
        answer = phone.connect()
        where, _ = media_of(answer)
        self.assertNotEqual(phone.rtp.recvfrom(2000)[1], where)
        phone.hang_up(answer)

    def test_reinvite(self):
        phone = self.phone('9734')
        answer = phone.connect()
        theirs = phone.read()
        self.assertTrue(theirs.start.startswith('INVITE '))
        phone.reply(theirs, 200, phone.sdp())
        while phone.read().method != 'ACK':
            pass
        self.assertEqual(self.sim.event(phone.call_id, 'reinvite_answered')['code'], 200)
        phone.hang_up(answer)

    def test_reliable_ringing(self):
        phone = self.phone('9717')
        phone.invite(extra='Supported: timer, 100rel\r\n')
        ringing = phone.response(183)
        self.assertEqual((ringing.get('Require'), ringing.get('RSeq')), ('100rel', '1'))
        self.assertTrue(media_of(ringing))
        self.assertEqual(phone.response(183).tag, ringing.tag)  # again, as long as no PRACK comes
        phone.cseq = 2
        phone.request('PRACK', ringing.tag, extra='RAck: 2 1 INVITE\r\n')
        phone.response(481, 'PRACK')
        phone.cseq = 3
        phone.request('PRACK', ringing.tag, extra='RAck: 1 1 INVITE\r\n')
        phone.response(200, 'PRACK')
        answer = phone.response(200)
        self.assertEqual(answer.body, '')
        phone.request('ACK', answer.tag, cseq=1)
        self.assertEqual(self.sim.event(phone.call_id, 'prack')['code'], 481)
        self.assertEqual(self.sim.event(phone.call_id, 'prack')['code'], 200)
        self.sim.event(phone.call_id, 'ack')
        phone.hang_up(answer)

    def test_reliable_ringing_for_who_does_not_know_it(self):
        phone = self.phone('9717')
        phone.invite()
        refusal = phone.response(421)
        self.assertEqual(refusal.get('Require'), '100rel')
        phone.ack(refusal)

    def test_reliable_ringing_is_cancelled(self):
        phone = self.phone('9717')
        phone.invite(extra='Require: 100rel\r\n')
        phone.response(183)
        phone.request('CANCEL', branch=phone.invite_branch)
        refusal = phone.response(487)
        phone.ack(refusal)
        self.assertEqual(self.sim.event(phone.call_id, 'ended')['how'], 'cancelled')

    def test_session_timer(self):
        phone = self.phone('9718')
        answer = phone.connect(extra='Supported: timer\r\nSession-Expires: 120\r\n')
        self.assertEqual(answer.get('Session-Expires'), '120;refresher=uac')
        self.assertEqual(answer.get('Require'), 'timer')
        self.assertIn('UPDATE', answer.get('Allow'))
        phone.cseq += 1
        phone.request('UPDATE', answer.tag)
        self.assertEqual(phone.response(200, 'UPDATE').get('Session-Expires'), '120;refresher=uac')
        self.sim.event(phone.call_id, 'refreshed')
        phone.cseq += 1
        phone.request('INVITE', answer.tag, body=phone.sdp())
        self.assertEqual(phone.response(200).get('Session-Expires'), '120;refresher=uac')
        phone.request('ACK', answer.tag)
        self.sim.event(phone.call_id, 'refreshed')
        phone.hang_up(answer)

    def test_session_timer_that_is_forgotten(self):
        phone = self.phone('9719')
        answer = phone.connect(extra='Supported: timer\r\nSession-Expires: 90\r\n')
        self.assertEqual(answer.get('Session-Expires'), '90;refresher=uas')
        phone.cseq += 1
        phone.request('UPDATE', answer.tag)
        phone.response(405, 'UPDATE')
        phone.hang_up(answer)
        phone = self.phone('9719')
        answer = phone.connect()
        self.assertEqual(answer.get('Session-Expires'), '')
        phone.hang_up(answer)

    def test_our_reinvite_is_answered(self):
        phone = self.phone('9000')
        answer = phone.connect()
        phone.cseq += 1
        phone.request('INVITE', answer.tag, body=phone.sdp('8'))
        self.assertEqual(media_of(phone.response(200))[1], [8])
        phone.request('ACK', answer.tag)
        phone.hang_up(answer)

    def test_over_tcp(self):
        phone = self.phone('+6591234567', tcp=True)
        answer = phone.connect()
        self.assertIn('transport=tcp', answer.get('Contact'))
        phone.hang_up(answer)

    def test_requests_for_no_call(self):
        phone = self.phone('x')
        phone.request('OPTIONS')
        phone.response(200, 'OPTIONS')
        phone.bye('nobody')
        phone.response(481, 'BYE')
        phone.cseq += 1
        phone.request('SUBSCRIBE')
        phone.response(405, 'SUBSCRIBE')
        phone.send(b'not SIP at all\r\n\r\n')
        phone.send(b'\x00' * 40)
        phone.cseq += 1
        phone.request('OPTIONS')
        phone.response(200, 'OPTIONS')


class Program(unittest.TestCase):
    def test_registrations_are_taken(self):
        sim = Sim(*FAST)
        phone = Phone(sim, 'alice')
        for expires, bound in (('Expires: 60\r\n', ';expires=60'), ('', ';expires=3600'), ('Expires: 0\r\n', None)):
            phone.cseq += 1
            phone.request('REGISTER', extra=expires)
            contact = phone.response(200, 'REGISTER').get('Contact')
            self.assertEqual(contact, f'<sip:test@127.0.0.1:{phone.port}>{bound}' if bound else '')
            event = sim.event(phone.call_id, 'registered')
            self.assertEqual((event['user'], event['expires']), ('alice', int(expires[9:] or 3600)))
        phone.close()
        sim.close()
        sim = Sim('--digest', 'alice:wonder', *FAST)
        phone = Phone(sim, 'alice')
        phone.request('REGISTER')
        phone.response(401, 'REGISTER')
        phone.close()
        sim.close()

    def test_every_invite_can_be_challenged(self):
        sim = Sim('--digest', 'alice:wonder', *FAST)
        phone = Phone(sim, '+6591234567')
        phone.invite()
        phone.response(401)
        phone.close()
        self.assertEqual(sim.close()['challenged'], 1)

    def test_a_station_sounds_otherwise(self):
        sim = Sim('--station', *FAST)
        self.assertEqual((sim.ready['role'], sim.ready['tone_hz']), ('station', 440))
        phone = Phone(sim, 'agent')
        answer = phone.connect()
        samples = [ulaw_decode(b) for _ in range(20) for b in phone.rtp.recv(2000)[12:]]
        self.assertGreater(share_at(samples, 440), 0.95)
        phone.hang_up(answer)
        phone.close()
        sim.close()

    def test_without_media_and_exit_after(self):
        sim = Sim('--no-media', '--exit-after', '2', *FAST)
        for _ in range(2):
            phone = Phone(sim, '+6591234567')
            answer = phone.connect()
            self.assertGreater(media_of(answer)[0][1], 0)
            phone.bye(answer.tag)
            phone.close()
        self.assertEqual(sim.process.wait(PATIENCE), 0)
        sim.reader.join(PATIENCE)
        self.assertEqual((sim.summary['calls'], sim.summary['ended'], sim.summary['rtp_sent']), (2, 2, 0))
        sim.process.stdout.close()

    def test_port_file(self):
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, 'port')
            sim = Sim('--port-file', path)
            with open(path, encoding='ascii') as file:
                self.assertEqual(int(file.read()), sim.address[1])
            sim.close()

    def test_options(self):
        for options, code, text in ((['--help'], 0, '9486'), (['--scripts'], 0, '| 9486 |'),
                                    (['--nonsense'], 2, '--help'), (['extra'], 2, 'extra'),
                                    (['--ring-ms', '-1'], 2, '-1'), (['--listen', 'nowhere'], 1, 'sim.bad_listen'),
                                    (['--listen', '0.0.0.0:0'], 1, 'sim.bad_host'),
                                    (['--digest', 'nocolon'], 1, 'sim.bad_digest')):
            run = subprocess.run([SIM, *options], capture_output=True, text=True, timeout=PATIENCE, check=False)
            self.assertEqual(run.returncode, code, (options, run.stderr))
            self.assertIn(text, run.stdout + run.stderr)

    @unittest.skipUnless(shutil.which('sipp'), 'sipp (package sip-tester) is not installed')
    def test_sipp_places_calls(self):
        sim = Sim('--ring-ms', '5', '--answer-ms', '10', events=False)
        with tempfile.TemporaryDirectory() as where:
            run = subprocess.run(['sipp', '-sn', 'uac', sim.ready['sip'], '-s', '+6591234567', '-i', '127.0.0.1',
                                  '-m', '200', '-r', '100', '-nostdin', '-timeout', '60s', '-timeout_error'],
                                 cwd=where, capture_output=True, timeout=90, check=False)
        summary = sim.close()
        self.assertEqual(run.returncode, 0, run.stdout[-2000:])
        self.assertEqual((summary['calls'], summary['answered'], summary['byes_received'], summary['acks_missing']),
                         (200, 200, 200, 0))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
