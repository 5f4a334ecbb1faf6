"""The certificate authority of `make run-lan`, judged by OpenSSL as a phone would judge it."""

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from server.platform import local_ca

NOW = datetime.now(UTC)


def _shake_hands(trust: local_ca.Trust, name: str) -> None:
    """A TLS handshake with a client that knows the authority and asks for `name`. Raises ssl.SSLError."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(trust.certificate, trust.key)
    client = ssl.create_default_context(cafile=str(trust.authority))
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True):
                pass
        except OSError:  # the client walked away
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name):
            pass
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize("name", ["192.168.1.20", "10.8.0.3", "localhost", "bureau.local", "bureau"])
def test_a_phone_that_trusts_the_authority_opens_the_server_under_its_addresses(tmp_path: Path, name: str) -> None:
    trust = local_ca.ensure(tmp_path, "bureau", ["192.168.1.20", "10.8.0.3"])
    _shake_hands(trust, name)


def test_the_authority_cannot_vouch_for_a_site_on_the_internet(tmp_path: Path) -> None:
    trust = local_ca.ensure(tmp_path, "bureau", ["192.168.1.20"])
    authority = x509.load_pem_x509_certificate(trust.authority.read_bytes())
    local_ca._make_leaf(trust, authority, tmp_path / "authority.key", [x509.DNSName("bank.example")], NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        _shake_hands(trust, "bank.example")


def test_keys_are_closed_to_others(tmp_path: Path) -> None:
    trust = local_ca.ensure(tmp_path / "tls", "bureau", [])
    for key in (trust.key, tmp_path / "tls" / "authority.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    before = local_ca.ensure(tmp_path, "bureau", ["192.168.1.20"]).certificate.read_bytes()
    assert local_ca.ensure(tmp_path, "bureau", ["192.168.1.20"]).certificate.read_bytes() == before


def test_a_new_address_gets_a_new_server_certificate_under_the_same_authority(tmp_path: Path) -> None:
    old = local_ca.ensure(tmp_path, "bureau", ["192.168.1.20"]).authority.read_bytes()
    trust = local_ca.ensure(tmp_path, "bureau", ["192.168.1.77"])
    assert trust.authority.read_bytes() == old
    _shake_hands(trust, "192.168.1.77")


def test_an_old_server_certificate_is_renewed_in_time(tmp_path: Path) -> None:
    local_ca.ensure(tmp_path, "bureau", [], NOW - timedelta(days=local_ca.LEAF_DAYS - local_ca.RENEWAL_DAYS + 1))
    trust = local_ca.ensure(tmp_path, "bureau", [], NOW)
    certificate = x509.load_pem_x509_certificate(trust.certificate.read_bytes())
    assert certificate.not_valid_after_utc - NOW > timedelta(days=local_ca.LEAF_DAYS - 1)


def test_a_public_address_that_came_later_is_left_out_and_one_that_was_there_is_certified(tmp_path: Path) -> None:
    trust = local_ca.ensure(tmp_path, "bureau", ["203.0.113.5"])
    assert "203.0.113.5" in local_ca.certified(trust)
    trust = local_ca.ensure(tmp_path, "bureau", ["203.0.113.9"])
    assert "203.0.113.9" not in local_ca.certified(trust)
