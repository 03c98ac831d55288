"""The vendor's SDK, unmodified, as the REST client: it places, reads, lists and ends calls."""
import json
import pathlib
import shutil
import subprocess

from harness import BUILD, SOURCE, Server, Simulator, main


def installed_sdk():
    """tests/e2e/sdk with its packages, in the build folder."""
    folder = pathlib.Path(BUILD).resolve() / "tests/e2e/sdk"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "first_call.cjs"):
        shutil.copy(SOURCE / "tests/e2e/sdk" / name, folder / name)
    if not (folder / "node_modules/purecloud-platform-client-v2").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True)
    return folder


def test_the_vendors_sdk():
    folder = installed_sdk()
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        told = {**server.demo, "host": server.address[0], "port": server.address[1]}
        ran = subprocess.run(["node", "first_call.cjs", json.dumps(told)], cwd=folder, text=True,
                             capture_output=True, timeout=180)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        for conversation in json.loads(ran.stdout.splitlines()[-1]).values():
            view = server.finished(conversation)
            assert all(p["disconnectType"] == "client" for p in view["participants"]), view


main(globals())
