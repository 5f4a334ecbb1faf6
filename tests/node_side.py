"""The phone's own code, asked from Python: one Node process per conversation."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.platform.keys import b64url

NODE = shutil.which("node")
TWIN = Path(__file__).parents[1] / "pwa" / "tests" / "vault" / "twin.mjs"


def phone(*deeds: dict[str, Any]) -> list[Any]:
    """Let the phone's code do `{"do": …}`; returns its answers in order."""
    assert NODE is not None, "without Node nothing is compared: run make setup"
    done = subprocess.run(
        [NODE, str(TWIN)], input=json.dumps(deeds), capture_output=True, text=True, cwd=TWIN.parents[2], check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers: list[Any] = json.loads(done.stdout)
    return answers


def pkcs8(key: ec.EllipticCurvePrivateKey) -> str:
    """A private key as WebCrypto imports it, base64url."""
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return b64url(der)
