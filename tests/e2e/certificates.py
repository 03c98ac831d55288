"""Authorities and certificates for tests of TLS, made by openssl in a folder that goes away again."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile


def openssl(folder, *words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)


def make_authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")


def make_certificate(folder, name, authority, for_whom, days=2):
    """NAME.pem and NAME.key, signed by `authority`, for the subjectAltName given."""
    (folder / f"{name}.ext").write_text(f"subjectAltName={for_whom}\n")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
            "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")


@contextlib.contextmanager
def certificates():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rw-certs-"))
    try:
        make_authority(folder, "root")
        make_authority(folder, "other-root")
        make_certificate(folder, "carrier", "root", "IP:127.0.0.1,DNS:sip.carrier.example")
        make_certificate(folder, "elsewhere", "root", "DNS:elsewhere.example")
        make_certificate(folder, "expired", "root", "IP:127.0.0.1", days=-1)
        make_certificate(folder, "us", "root", "IP:127.0.0.1")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shown(folder, name):
    return ("--tls-cert", folder / f"{name}.pem", "--tls-key", folder / f"{name}.key")
