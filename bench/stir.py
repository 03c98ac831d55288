"""What it costs to sign calls: a header against the bare signature in it, and whole calls with and without it.

    python3 bench/stir.py [RUNS]

The control of a header is OpenSSL's signature of 32 bytes with the same key, in the same process. The control of
whole calls is the same server without a key, right before. The bound of the latter is what a signature leaves of
the fastest call that was ever measured here; there is no cheaper signature that verifiers take.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from measure import BUILD, report
from calls import SATURATED_CONNECTIONS, SATURATED_SECONDS, server_cpu_a_call

ROUNDS = 20000


def header():
    ran = subprocess.run([str(BUILD / "bench/bench_stir"), str(ROUNDS)], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def calls(*settings):
    cpu, _ = server_cpu_a_call(0, SATURATED_SECONDS, SATURATED_CONNECTIONS, settings)
    return cpu * 1e6


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    headers, whole = [], []
    with tempfile.TemporaryDirectory(prefix="rw-stir-") as folder:
        key = pathlib.Path(folder) / "key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key],
                       check=True, capture_output=True)
        key.chmod(0o600)
        for _ in range(runs):
            one = header()
            without = calls()
            signed = calls(f"stir.key_file={key}", "stir.certificate_url=https://cert.example.org/shaken.pem")
            print(f"     signature {one['bare_us']:.1f} us, header {one['header_us']:.1f} us; a call {without:.0f} us, "
                  f"signed {signed:.0f} us", flush=True)
            headers.append(one["header_us"] / one["bare_us"])
            whole.append(without / signed)
    good = report("CPU of an Identity header against its signature", f"{ROUNDS} headers, one thread", headers, 1.4)
    good &= report("whole calls per CPU-second, signed against not signed", f"{SATURATED_CONNECTIONS} connections, saturated",
                   whole, 0.65, at_least=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
