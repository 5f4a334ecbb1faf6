"""The page that explains how a phone comes to trust this server: plain HTTP, no data, no account, nothing to log in to.

It runs beside `make run-lan` as an application of its own, because a phone that does not trust the certificate yet
cannot be asked to read about it over TLS.
"""

import os
import plistlib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import segno
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from flask import Flask, Response, render_template, request

from server.platform.local_ca import Trust, certified

POLICY = ("default-src 'none'", "style-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'")
HEADERS = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def from_environment() -> Flask:
    """The site for the files in SUICHA_TLS_FOLDER and the server on SUICHA_TLS_PORT."""
    folder = Path(os.environ["SUICHA_TLS_FOLDER"])
    trust = Trust(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    return trust_site(trust, int(os.environ["SUICHA_TLS_PORT"]))


def trust_site(trust: Trust, port: int) -> Flask:
    """One page in Chinese and English, and the authority's certificate in the forms that phones take."""
    app = Flask("suicha-trust", root_path=str(Path(__file__).parent))
    texts = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text("utf-8"))
    authority = x509.load_pem_x509_certificate(trust.authority.read_bytes())
    der = authority.public_bytes(serialization.Encoding.DER)

    @app.get("/")
    def page() -> str:
        return render_template("page.html", **_page(texts, authority, _address(trust, port)))

    @app.get("/suicha-ca.crt")
    def certificate() -> Response:
        return _download(der, "application/x-x509-ca-cert", "suicha-ca.crt")

    @app.get("/suicha-ca.mobileconfig")
    def profile() -> Response:
        return _download(_profile(authority, der), "application/x-apple-aspen-config", "suicha-ca.mobileconfig")

    @app.after_request
    def harden(answer: Response) -> Response:
        answer.headers.update(HEADERS)
        return answer

    return app


def _page(texts: Mapping[str, Any], authority: x509.Certificate, address: str) -> dict[str, Any]:
    language = request.args.get("lang") or request.accept_languages.best_match(list(texts), default="zh-CN")
    language = language if language in texts else "zh-CN"
    digest = authority.fingerprint(hashes.SHA256()).hex(" ").upper()
    return {
        "language": language,
        "languages": {code: text["language"] for code, text in texts.items()},
        "t": texts[language],
        "address": address,
        "code": segno.make(address, error="m").svg_inline(scale=5, border=4, title=address),
        "name": authority.subject.rfc4514_string().split("CN=")[-1].split(",")[0],
        "ends": f"{authority.not_valid_after_utc:%Y-%m-%d}",
        "fingerprint": digest,
    }


def _address(trust: Trust, port: int) -> str:
    """Where the product is, under the name the phone already used if the certificate has it."""
    names = certified(trust)
    asked = request.host.rsplit(":", 1)[0]
    outside = [name for name in names if name not in {"127.0.0.1", "localhost"} and not name.endswith(".local")]
    best = asked if asked in names else next((name for name in outside if _is_address(name)), "localhost")
    return f"https://{best}:{port}/"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _profile(authority: x509.Certificate, der: bytes) -> bytes:
    """Apple's configuration profile with one payload, the root certificate (com.apple.security.root)."""
    own = authority.fingerprint(hashes.SHA256()).hex()
    common = {"PayloadVersion": 1, "PayloadOrganization": "Suicha"}
    certificate = {
        **common,
        "PayloadType": "com.apple.security.root",
        "PayloadIdentifier": f"suicha.{own[:16]}.root",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, f"suicha:{own}:root")).upper(),
        "PayloadDisplayName": "随查 Suicha",
        "PayloadCertificateFileName": "suicha-ca.crt",
        "PayloadContent": der,
    }
    return plistlib.dumps(
        {
            **common,
            "PayloadType": "Configuration",
            "PayloadIdentifier": f"suicha.{own[:16]}",
            "PayloadUUID": str(uuid5(NAMESPACE_URL, f"suicha:{own}")).upper(),
            "PayloadDisplayName": "随查 Suicha",
            "PayloadRemovalDisallowed": False,
            "PayloadContent": [certificate],
        }
    )


def _download(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    # iOS opens a profile only when it is shown inline; Android asks for the file whatever is said here.
    kind = "inline" if name.endswith("mobileconfig") else "attachment"
    answer.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    return answer
