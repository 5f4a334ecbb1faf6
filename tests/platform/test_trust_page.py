"""The page that explains how a phone comes to trust the server."""

import plistlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from flask.testing import FlaskClient

from server.platform import local_ca
from server.platform.trust import trust_site


@pytest.fixture
def trust(tmp_path: Path) -> local_ca.Trust:
    return local_ca.ensure(tmp_path, "bureau", ["192.168.1.20"])


@pytest.fixture
def phone(trust: local_ca.Trust) -> FlaskClient:
    return trust_site(trust, 8443).test_client()


def test_the_page_speaks_chinese_first_and_english_when_asked(phone: FlaskClient) -> None:
    assert "让手机信任这台服务器" in phone.get("/").text
    assert "Make your phone trust this server" in phone.get("/", headers={"Accept-Language": "en-GB,en"}).text
    assert "Make your phone trust this server" in phone.get("/?lang=en").text
    assert "让手机信任这台服务器" in phone.get("/?lang=xx").text


def test_the_buttons_say_what_they_give(phone: FlaskClient) -> None:
    text = phone.get("/").text
    assert ">下载证书</a>" in text and ">下载描述文件</a>" in text


def test_the_page_shows_the_fingerprint_that_the_terminal_prints(phone: FlaskClient, trust: local_ca.Trust) -> None:
    authority = x509.load_pem_x509_certificate(trust.authority.read_bytes())
    assert authority.fingerprint(hashes.SHA256()).hex(" ").upper() in phone.get("/").text


def test_the_link_leads_to_the_address_the_phone_already_reached(phone: FlaskClient) -> None:
    assert 'href="https://192.168.1.20:8443/"' in phone.get("/", base_url="http://192.168.1.20:8080").text


def test_a_made_up_host_header_is_not_repeated(phone: FlaskClient) -> None:
    text = phone.get("/", base_url="http://evil.example:8080").text
    assert "evil.example" not in text
    assert 'href="https://192.168.1.20:8443/"' in text


def test_an_android_phone_gets_the_certificate_as_it_wants_it(phone: FlaskClient, trust: local_ca.Trust) -> None:
    answer = phone.get("/suicha-ca.crt")
    assert answer.mimetype == "application/x-x509-ca-cert"
    given = x509.load_der_x509_certificate(answer.data)
    assert given == x509.load_pem_x509_certificate(trust.authority.read_bytes())


def test_an_iphone_gets_a_profile_with_the_root_certificate(phone: FlaskClient) -> None:
    answer = phone.get("/suicha-ca.mobileconfig")
    assert answer.mimetype == "application/x-apple-aspen-config"
    profile = plistlib.loads(answer.data)
    assert [payload["PayloadType"] for payload in profile["PayloadContent"]] == ["com.apple.security.root"]


def test_nothing_private_is_served(phone: FlaskClient) -> None:
    for path in ("/authority.key", "/static/../texts.yaml", "/static/authority.key", "/server.key"):
        assert phone.get(path).status_code == 404
