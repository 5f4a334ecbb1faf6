"""Starts the product: server and worker together, with a demo bureau when the instance is new. Ctrl-C ends all of it.

With --lan the server speaks TLS to the whole network under a certificate authority of its own, and a page on plain
HTTP explains to a phone's owner how to trust it.
"""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from house import PYTHON, ROOT, Stop, inside, say, script
from setup import setup

START_SECONDS = 60
TRIED_PORTS = 20


@dataclass(frozen=True)
class Place:
    """Where the product listens and how it is reached from this machine."""

    host: str
    port: int
    lan: bool

    @property
    def address(self) -> str:
        name = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host
        return f"{'https' if self.lan else 'http'}://{name}:{self.port}"


def main() -> int:
    """Set up, start, tell the addresses, wait. The number is the exit code."""
    lan = "--lan" in sys.argv[1:]
    place = _place(lan)
    setup("run")
    os.umask(0o077)  # what the product writes is for this account only
    instance = Path(os.environ.get("SUICHA_INSTANCE") or ROOT / "instance").resolve()
    environment = inside(
        {"HOST": place.host, "PORT": str(place.port), "SUICHA_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"}
    )
    trust_page = _prepare_tls(instance, place, environment) if lan else None
    _prepare_data(instance, environment)
    return _serve(place, environment, trust_page)


def _place(lan: bool) -> Place:
    host = os.environ.get("HOST") or ("0.0.0.0" if lan else "127.0.0.1")
    asked = os.environ.get("PORT")
    if asked:
        if not asked.isdigit() or not _is_free(host, int(asked)):
            raise Stop(f"PORT={asked} cannot be used on {host}: it is taken, or it is no port. Choose another PORT=")
        return Place(host, int(asked), lan)
    return Place(host, _free_port(host, 8443 if lan else 8000), lan)


def _free_port(host: str, first: int) -> int:
    for port in range(first, first + TRIED_PORTS):
        if _is_free(host, port):
            if port != first:
                say(f"port {first} is taken, so this is on {port}")
            return port
    raise Stop(f"the ports {first} to {first + TRIED_PORTS - 1} are all taken; name one with PORT=")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _prepare_tls(instance: Path, place: Place, environment: dict[str, str]) -> str:
    """Certificates for this machine's addresses. Returns the address of the page that explains them."""
    folder = instance / "tls"
    words = [str(PYTHON), "-m", "server.platform.lan", str(folder)]
    told = json.loads(subprocess.run(words, env=environment, check=True, capture_output=True, cwd=ROOT).stdout)
    for address in told["left_out"]:
        say(f"{address} is new here and public, so the certificate does not name it; remove {folder} to start over")
    port = _free_port("0.0.0.0", 8080)
    environment |= {
        "SUICHA_TLS_FOLDER": str(folder),
        "SUICHA_TLS_CERT": str(folder / "server.pem"),
        "SUICHA_TLS_KEY": str(folder / "server.key"),
        "SUICHA_TLS_PORT": str(place.port),
        "SUICHA_TRUST_PORT": str(port),
        "SUICHA_SECURE": "1",
    }
    address = next(iter(told["addresses"]), "127.0.0.1")
    say(f"fingerprint of the certificate authority (SHA-256): {told['fingerprint']}")
    return f"http://{address}:{port}/"


def _prepare_data(instance: Path, environment: dict[str, str]) -> None:
    """Bring the database up to date. A new instance begins with the demo bureau, unless SUICHA_DEMO says no.

    The file `demo` in the instance remembers that it began so: only then are demo accounts shown, and a first start
    that broke off is finished by the next one.
    """
    mark = instance / "demo"
    is_new = not (instance / "suicha.db").exists() and "SUICHA_DATABASE_URL" not in environment
    wanted = environment.get("SUICHA_DEMO") or ("1" if is_new or mark.exists() else "0")
    environment["SUICHA_DEMO"] = wanted
    loads = wanted == "1" and not (mark.exists() and mark.read_text("utf-8") == "loaded\n")
    if loads:
        instance.mkdir(parents=True, exist_ok=True)
        mark.write_text("wanted\n", "utf-8")
    _flask(["db", "upgrade"], environment)
    if loads:
        say("loading the demo bureau (invented premises, people and codes)")
        _flask(["demo", "load"], environment)
        mark.write_text("loaded\n", "utf-8")


def _flask(words: list[str], environment: dict[str, str]) -> None:
    """Run a command of the product; what it says is shown only when it fails."""
    command = [str(PYTHON), "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(f"{done.stdout}{done.stderr}\nflask {' '.join(words)} failed, so the server was not started")


def _serve(place: Place, environment: dict[str, str], trust_page: str | None) -> int:
    """Server and worker under honcho until somebody ends them."""
    processes = ["web", "worker", *(["trust"] if trust_page else [])]
    honcho = [str(PYTHON), "-m", "honcho", "--no-colour", "start", "--env", os.devnull, *processes]
    ending: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        ending.append(number)
        if running.poll() is None:
            running.terminate()

    # A session of its own: Ctrl-C reaches this script only, which ends honcho once; honcho ends the others.
    running = subprocess.Popen(honcho, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    if _answers(place, running, environment, ending):
        _tell(place, environment, trust_page)
    code = running.wait()
    if ending:
        say("ended")
        return 0
    raise Stop(f"server or worker ended by itself (exit code {code}); the lines above say why")


def _answers(place: Place, running: "subprocess.Popen[bytes]", environment: dict[str, str], ending: list[int]) -> bool:
    """Wait until the server answers; False when it ended first. Raises Stop when it takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while running.poll() is None and not ending:
        try:
            _session(place, environment)
            return True
        except urllib.error.HTTPError as error:
            running.terminate()
            raise Stop(f"the server answers with {error.code}; the lines above say why") from error
        except OSError:
            if time.monotonic() > deadline:
                running.terminate()
                raise Stop(f"the server did not answer within {START_SECONDS} seconds") from None
            time.sleep(0.1)
    return False


def _session(place: Place, environment: dict[str, str]) -> dict[str, object]:
    trusted = None
    if place.lan:
        trusted = ssl.create_default_context(cafile=f"{environment['SUICHA_TLS_FOLDER']}/authority.pem")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted))
    with direct.open(f"{place.address}/api/session", timeout=10) as answer:
        told: dict[str, object] = json.load(answer)
        return told


def _tell(place: Place, environment: dict[str, str], trust_page: str | None) -> None:
    told = _session(place, environment)
    say(f"随查 is at {place.address}/  (Ctrl-C ends it)")
    demo = told.get("demo")
    if isinstance(demo, dict):
        say("demo accounts, all with invented people (演示账号):")
        for account in demo["accounts"]:
            words = (account["login"], account["password"], account["name"], account["role_text"])
            print("    {:<10} {:<14} {}  {}".format(*words), flush=True)
    if trust_page:
        say(f"on a phone in the same network, open {trust_page} first (手机先打开这个网页)")
        subprocess.run(
            [PYTHON, "-m", "segno.cli", "--compact", "--error", "m", trust_page], check=False, env=environment
        )


if __name__ == "__main__":
    script(main)
