"""Calls that are vouched for: the Identity header of a real INVITE, checked by code that shares nothing with ours.

The check is written here from RFC 8224 (section 6.2), 8225 and 8588; signatures are judged by the openssl program.
It has to refuse as well: another key, another number, an old token, a changed letter.
"""
import base64
import contextlib
import json
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import time
import uuid

from harness import BUILD, PATIENCE_S, Server, Sipp, main, until

URL = "https://cert.example.org/shaken.pem"
CALLER, CALLED = "+6534567890", "+6591234567"
BAD_CONFIG = 78


def openssl(*words, text=None):
    return subprocess.run(["openssl", *map(str, words)], input=text, check=True, capture_output=True).stdout


@contextlib.contextmanager
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="rw-identity-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def make_key(here, name="shaken", days=90):
    """Key and certificate, made as the README tells operators to."""
    key, certificate = here / f"{name}.key", here / f"{name}.crt"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    key.chmod(0o600)
    openssl("req", "-new", "-x509", "-key", key, "-subj", "/C=SG/O=Example Ltd/CN=SHAKEN 12345", "-days", days,
            "-out", certificate)
    return key, certificate


# ------------------------------------------------------------------ the check

class Refused(Exception):
    pass


def require(condition, why):
    if not condition:
        raise Refused(why)


def decoded(text):
    require(re.fullmatch(r"[A-Za-z0-9_-]+", text), "not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def der_integer(raw):
    raw = raw.lstrip(b"\0") or b"\0"
    raw = b"\0" + raw if raw[0] & 0x80 else raw
    return bytes([2, len(raw)]) + raw


def signature_is_good(signed, raw, certificate):
    body = der_integer(raw[:32]) + der_integer(raw[32:])
    with folder() as here:
        (here / "sig").write_bytes(bytes([0x30, len(body)]) + body)
        (here / "key").write_bytes(openssl("x509", "-in", certificate, "-pubkey", "-noout"))
        done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", here / "key", "-signature", here / "sig"],
                              input=signed.encode(), capture_output=True, check=False)
    return done.returncode == 0 and done.stdout == b"Verified OK\n"


def verified(value, certificate, orig=CALLER, dest=CALLED, url=URL, now=None):
    """The claims of an Identity header that a verifier would believe."""
    form = re.fullmatch(r"([^;.]+)\.([^;.]+)\.([^;.]+);info=<([^<>\s]+)>;alg=ES256;ppt=shaken", value)
    require(form, "the header's form")
    head, claims = json.loads(decoded(form[1])), json.loads(decoded(form[2]))
    for part, text in ((head, form[1]), (claims, form[2])):
        canonical = json.dumps(part, sort_keys=True, separators=(",", ":")).encode()
        require(decoded(text) == canonical, "not canonical")
    require(head == {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": url}, "the token's header")
    require(form[4] == url, "info")
    require(set(claims) == {"attest", "dest", "iat", "orig", "origid"}, "other claims")
    require(len(decoded(form[3])) == 64, "the signature's length")
    require(signature_is_good(f"{form[1]}.{form[2]}", decoded(form[3]), certificate), "the signature")
    require(claims["orig"] == {"tn": orig.lstrip("+")}, "orig")
    require(claims["dest"] == {"tn": [dest.lstrip("+")]}, "dest")
    require(claims["attest"] in ("A", "B", "C"), "attest")
    require(str(uuid.UUID(claims["origid"])) == claims["origid"], "origid")
    require(abs((now or time.time()) - claims["iat"]) < 60, "iat")
    return claims


def refused(why, *arguments, **more):
    try:
        verified(*arguments, **more)
    except Refused as refusal:
        assert str(refusal) == why, refusal
        return
    raise AssertionError(f"{why}: the check passed")


# ------------------------------------------------------------------ calls

class Carrier(Sipp):
    """sipp, which writes down what it hears."""

    def __init__(self):
        self.heard = pathlib.Path(tempfile.mkstemp(prefix="rw-sipp-heard-")[1])
        super().__init__("-trace_msg", "-message_file", self.heard, "-message_overwrite", "true")

    def invites(self):
        text = self.heard.read_text(errors="replace").replace("\r\n", "\n")
        parts = re.split(r"^-{20,}[^\n]*\n", text, flags=re.M)
        return [part[part.index("INVITE sip:"):] for part in parts
                if "message received" in part[:80] and "\nINVITE sip:" in part]

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        self.heard.unlink(missing_ok=True)


def headers(invite, name):
    return re.findall(rf"^{name}: (.*)$", invite.split("\n\n", 1)[0], flags=re.M)


def settings(key, certificate, **more):
    options = {"key_file": key, "certificate_url": URL, "certificate_file": certificate, **more}
    return [f"stir.{name}={value}" for name, value in options.items()]


def test_a_real_invite_is_vouched_for():
    with folder() as here, Carrier() as carrier, Carrier() as phone:
        key, certificate = make_key(here)
        _, other = make_key(here, "other")
        with Server(carrier.sip, f"sip:dana@{phone.sip}", settings=settings(key, certificate)) as server:
            conversation = server.place()
            server.in_state(conversation, "external", "connected")
            invite = until("the carrier's INVITE", carrier.invites)[0]
            assert server.request("POST", f"/api/v2/conversations/{conversation}/disconnect").status == 202
            server.finished(conversation)
            ending = " stir.certificate_ends ends="
            assert ending in server.output(), server.output()
        (value,), (date,) = headers(invite, "Identity"), headers(invite, "Date")
        claims = verified(value, certificate)
        assert claims["attest"] == "A", claims
        assert date == time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(claims["iat"])), (date, claims)
        assert f"<sip:{CALLER}@" in headers(invite, "From")[0] and f"<sip:{CALLED}@" in headers(invite, "To")[0], invite
        assert headers(phone.invites()[0], "Identity") == [], phone.invites()

        refused("the signature", value, other)
        refused("orig", value, certificate, orig="+6534567891")
        refused("dest", value, certificate, dest="+6591234568")
        refused("iat", value, certificate, now=claims["iat"] + 60)
        refused("info", value.replace("info=<https://cert.", "info=<https://evil."), certificate)
        refused("the token's header", value, certificate, url="https://cert.example.org/other.pem")
        head, body, rest = value.split(".", 2)
        better = base64.urlsafe_b64encode(decoded(body).replace(b'"6591234567"', b'"6591234568"')).decode().rstrip("=")
        refused("the signature", f"{head}.{better}.{rest}", certificate, dest="+6591234568")
        print(f"      an INVITE of {len(invite.encode()) + invite.count(chr(10))} bytes, "
              f"{len(value) + len('Identity: ') + 2} of them Identity", flush=True)


def test_origid_is_the_trunks_or_the_operators():
    operators = "7d3c2b1a-4f5e-4a6b-8c7d-9e0f1a2b3c4d"
    with folder() as here:
        key, certificate = make_key(here)
        for more, expected in [({}, None), ({"origid": operators}, operators)]:
            with Carrier() as carrier, Server(carrier.sip, settings=settings(key, certificate, **more)) as server:
                for _ in range(2):
                    server.in_state(server.place_agentless(), "external", "connected")
                both = until("two INVITEs", lambda: carrier.invites() if len(carrier.invites()) == 2 else None)
                found = {verified(headers(one, "Identity")[0], certificate)["origid"] for one in both}
                assert found == {expected or server.demo["trunk_id"]}, (found, server.demo)


def test_without_a_key_nothing_is_signed():
    with Carrier() as carrier, Server(carrier.sip) as server:
        server.in_state(server.place_agentless(), "external", "connected")
        invite = until("the INVITE", carrier.invites)[0]
        assert headers(invite, "Identity") == [] and headers(invite, "Date") == [], invite


# What may stand in a request and must not reach a header: each either refused or harmless.
EVIL = ["a\r\nIdentity: forged;info=<x>", "a\nIdentity: forged", "a\rb", "a\0b", 'a";info=<https://evil.example/x>;alg=none',
        "a%0d%0aIdentity: forged", "a\u2028Identity: forged", "<sip:evil@example>", "a\\", "a\u0085b"]


def test_names_and_numbers_never_reach_the_header():
    with folder() as here, Carrier() as carrier:
        key, certificate = make_key(here)
        with Server(carrier.sip, settings=settings(key, certificate)) as server:
            path = f"/api/v2/conversations/calls/user/{server.demo['agentless_user_id']}"
            placed = 0
            for evil in EVIL:
                for body in [{"phoneNumber": CALLED, "callerId": CALLER, "callerIdName": evil},
                             {"phoneNumber": CALLED, "callerId": CALLER + evil},
                             {"phoneNumber": CALLED + evil, "callerId": CALLER}]:
                    answer = server.request("POST", path, body, token=server.demo["agentless_token"])
                    assert answer.status in (200, 400, 403), (body, answer.status, answer.body)
                    assert answer.status != 200 or "callerIdName" in body, (body, answer.body)
                    if answer.status == 200:
                        placed += 1
                        server.in_state(answer.json["id"], "external", "connected")
            assert placed >= 3, placed
            invites = until("all INVITEs", lambda: carrier.invites() if len(carrier.invites()) >= placed else None)
            assert len(invites) == placed, (len(invites), placed)
            for invite in invites:
                (value,) = headers(invite, "Identity")
                assert verified(value, certificate)["attest"] == "A"
                assert not re.search(r"^Identity: forged", invite, flags=re.M | re.I), invite


# ------------------------------------------------------------------ what the operator is told

def check(conf):
    return subprocess.run([BUILD / "ringwrightd", "--config", conf, "--check"], capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)


def test_check_judges_key_and_certificate_with_their_place():
    with folder() as here:
        key, certificate = make_key(here)
        _, other = make_key(here, "other")
        rsa, loose = here / "rsa.key", here / "loose.key"
        openssl("genpkey", "-algorithm", "RSA", "-out", rsa)
        rsa.chmod(0o600)
        shutil.copy(key, loose)
        loose.chmod(0o640)
        conf = here / "ringwright.conf"
        good = {"key_file": key, "certificate_url": URL, "certificate_file": certificate}
        for change, code, place in [
                ({"key_file": here / "none.key"}, "stir.key_file", "2:12"),
                ({"key_file": loose}, "stir.key_mode", "2:12"),
                ({"key_file": rsa}, "stir.key_type", "2:12"),
                ({"certificate_url": "http://cert.example.org/a"}, "stir.bad_url", "3:19"),
                ({"certificate_file": key}, "stir.certificate_file", "4:20"),
                ({"certificate_file": other}, "stir.certificate_mismatch", "4:20"),
                ({"certificate_url": ""}, "config.half_stir", "2:12"),
                ({"attestation_other": "A"}, "config.bad_value", "5:21"),
                ({"origid": "main trunk"}, "stir.bad_origid", "5:10")]:
            options = "".join(f'{name} = "{value}"\n' for name, value in {**good, **change}.items())
            conf.write_text("[stir]\n" + options)
            done = check(conf)
            assert done.returncode == BAD_CONFIG, (change, done)
            assert f"{conf}:{place}: error[{code}]" in done.stderr, (code, place, done.stderr)
            assert done.stdout == "", done.stdout
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        for days, word in [(90, " info  stir.certificate_ends "), (10, " warn  stir.certificate_ends "),
                           (-1, " error stir.certificate_ended ")]:
            if days > 0:
                _, dated = key, here / "dated.crt"
                openssl("req", "-new", "-x509", "-key", key, "-subj", "/CN=x", "-days", days, "-out", dated)
            else:
                dated = ended_certificate(here, key)
            conf.write_text(f'[stir]\nkey_file = "{key}"\ncertificate_url = "{URL}"\ncertificate_file = "{dated}"\n')
            done = check(conf)
            assert done.returncode == 0 and done.stdout == "the configuration is good\n", done
            assert re.sub(r" +", " ", word) in re.sub(r" +", " ", done.stderr), (word, done.stderr)


def ended_certificate(here, key):
    """`openssl req` of Debian 12 can't date back; `openssl ca` can."""
    (here / "index").touch()
    (here / "serial").write_text("01\n")
    (here / "ca.conf").write_text(f"[ca]\ndefault_ca = a\n[a]\ndatabase = {here}/index\nserial = {here}/serial\n"
                                  f"new_certs_dir = {here}\ndefault_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n")
    openssl("req", "-new", "-key", key, "-subj", "/CN=x", "-out", here / "request.csr")
    openssl("ca", "-batch", "-selfsign", "-config", here / "ca.conf", "-keyfile", key, "-in", here / "request.csr",
            "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-out", here / "ended.crt", "-notext")
    return here / "ended.crt"


main(globals())
