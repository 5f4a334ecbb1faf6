"""A certificate authority of this installation's own, for phones in the same network.

Without TLS a phone has neither service worker nor WebCrypto, and no public authority certifies a private address. So
`make run-lan` makes an authority, whose certificate the phone's owner installs, and a server certificate for every
address of this machine. The authority is name-constrained (RFC 5280, 4.2.1.10) to private addresses, local names and
the addresses that this machine had when it was made: who steals its key still cannot pretend to be a bank.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"))
)
LOCAL_DOMAINS = ("localhost", "local", "lan", "internal")
AUTHORITY_YEARS = 10
LEAF_DAYS = 397  # Apple refuses what is valid for longer than 825 days, and 398 for public authorities
RENEWAL_DAYS = 60


@dataclass(frozen=True)
class Trust:
    """The files that TLS needs. Keys are readable by their owner only."""

    authority: Path
    certificate: Path
    key: Path


def ensure(folder: Path, hostname: str, addresses: Sequence[str], now: datetime | None = None) -> Trust:
    """Make or renew what is missing, old, or no longer names this machine.

    `addresses` are IPv4 addresses as text; `certified()` tells which of them the certificate names in the end.
    Files: authority.pem, authority.key, server.pem (with the authority behind it), server.key.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    trust = Trust(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority_key = folder / "authority.key"
    if not (trust.authority.is_file() and authority_key.is_file()) or _ends_soon(trust.authority, now):
        _make_authority(trust.authority, authority_key, hostname, addresses, now)
        trust.certificate.unlink(missing_ok=True)
    authority = x509.load_pem_x509_certificate(trust.authority.read_bytes())
    names = _names(authority, hostname, addresses)
    if not _is_good(trust, names, now):
        _make_leaf(trust, authority, authority_key, names, now)
    return trust


def certified(trust: Trust) -> list[str]:
    """The names and addresses under which phones that trust the authority can open this machine."""
    certificate = x509.load_pem_x509_certificate(trust.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def _names(authority: x509.Certificate, hostname: str, addresses: Sequence[str]) -> list[x509.GeneralName]:
    """What the server certificate says it is: only names that the authority may certify."""
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = {name.value for name in permitted if isinstance(name, x509.DNSName)}
    networks = [name.value for name in permitted if isinstance(name, x509.IPAddress)]
    names = dict.fromkeys(("localhost", f"{hostname.split('.')[0]}.local", hostname))
    known = [name for name in names if name in domains or name.rsplit(".", 1)[-1] in domains]
    own = [ip_address(text) for text in dict.fromkeys(("127.0.0.1", *addresses))]
    reachable = [address for address in own if any(address in network for network in networks)]  # type: ignore[operator]
    return [*map(x509.DNSName, known), *map(x509.IPAddress, reachable)]


def _ends_soon(path: Path, now: datetime) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc - now < timedelta(days=RENEWAL_DAYS)


def _is_good(trust: Trust, names: Sequence[x509.GeneralName], now: datetime) -> bool:
    if not (trust.certificate.is_file() and trust.key.is_file()) or _ends_soon(trust.certificate, now):
        return False
    certificate = x509.load_pem_x509_certificate(trust.certificate.read_bytes())
    return set(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) >= set(names)


def _make_authority(
    certificate_file: Path, key_file: Path, hostname: str, addresses: Sequence[str], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # The name carries the day and the machine: a phone may come to know several.
    name = _name(f"随查 Suicha {hostname} {now:%Y-%m-%d}")
    domains = dict.fromkeys((*LOCAL_DOMAINS, hostname))
    networks = dict.fromkeys((*PRIVATE, *map(ip_network, addresses)))
    permitted: list[x509.GeneralName] = [*map(x509.DNSName, domains), *map(x509.IPAddress, networks)]
    certificate = (
        _builder(name, name, key.public_key(), now, timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _pem(key), 0o600)
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _make_leaf(
    trust: Trust,
    authority: x509.Certificate,
    authority_key_file: Path,
    names: Sequence[x509.GeneralName],
    now: datetime,
) -> None:
    loaded = serialization.load_pem_private_key(authority_key_file.read_bytes(), None)
    authority_key = cast(ec.EllipticCurvePrivateKey, loaded)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("随查 Suicha"), authority.subject, key.public_key(), now, timedelta(days=LEAF_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    _write(trust.key, _pem(key), 0o600)
    _write(trust.certificate, chain, 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    """Valid from yesterday: a phone's clock may be behind."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + life)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Suicha"), x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Replace a file as a whole; it never has wider permissions than `mode`, not even for a moment."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
