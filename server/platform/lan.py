"""Prepares TLS for `make run-lan`: `python -m server.platform.lan <folder>` prints what it made, as JSON."""

import json
import socket
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from server.platform.addresses import lan_addresses
from server.platform.local_ca import certified, ensure


def prepare(folder: Path) -> dict[str, object]:
    """Certificates for this machine: {addresses, left_out, fingerprint}, addresses as phones may use them."""
    addresses = lan_addresses()
    trust = ensure(folder, socket.gethostname(), addresses)
    named = certified(trust)
    authority = x509.load_pem_x509_certificate(trust.authority.read_bytes())
    return {
        "addresses": [address for address in addresses if address in named],
        "left_out": [address for address in addresses if address not in named],
        "fingerprint": authority.fingerprint(hashes.SHA256()).hex(" ").upper(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(prepare(Path(sys.argv[1]))))
