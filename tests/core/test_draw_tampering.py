"""Every single byte of a certificate, of its rosters, amendments and annex, and of a signed chain: changed, it is
refused in words, by the server's verifier and by the stand-alone one. The browser's is tried in the same way by
pwa/tests/core/draw.tampering.test.ts."""

import json
from base64 import urlsafe_b64encode
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.core import draw
from server.core.canonical import canonical, digest
from server.core.draw import Line
from server.platform.keys import BureauKeys
from tests.core.draw_cases import (
    EXECUTED,
    Case,
    annex,
    ceremony,
    hotel,
    inspector,
    item,
    parts,
    pool,
    stratum,
)
from tests.core.test_draw_agreement import apart, around, file_of

HAMLET = Path(__file__).parents[1] / "vectors" / "draw" / "bundles" / "hamlet.json"


def hamlet() -> dict[str, Any]:
    """The full bundle of three hotels and three inspectors, with one amendment: small enough to change every byte."""
    rosters = {"HOTEL": [Line(hotel(number), "H") for number in range(3)]}
    plan = draw.build_plan(
        parts(
            "hamlet", rosters,
            items=[item("HOTEL", 1, 3)], strata=[stratum("H", "HOTEL", 1, 3, "p")],
            exclusions=[{"item": "HOTEL", "id": hotel(2), "reason": "closed", "note": "注销"}],
            inspectors=[inspector(0, senior=True), inspector(1), inspector(2)],
            pools=[pool("p", dict.fromkeys(range(3)))], alternates=1,
        )
    )  # fmt: skip
    case = Case(plan, rosters, ceremony(plan), annex(plan, 3))
    certificate = case.certificate()
    standing = draw.Standing(certificate, rosters)
    task = certificate["tasks"][0]
    change = draw.amend_inspector(
        standing, task["task"], "p", task["groups"][0]["inspectors"][0], reason="recusal", note="亲属",
        approved_by="局长", unavailable={}, number=9, previous=digest(certificate), at=EXECUTED,
    )  # fmt: skip
    return draw.bundle(certificate, rosters, case.annex, [change])


DATA = file_of(hamlet())


def changed(data: bytes, at: int, by: int) -> bytes:
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def both_languages(sentence: str) -> bool:
    chinese, _, english = sentence.rpartition("/ ")
    return bool(chinese) and english.isascii() or "。/" in sentence or "/ should be" in sentence


def test_the_hamlet_holds_and_is_the_one_of_the_vectors() -> None:
    assert draw.verify_bytes(DATA) == [] and apart.explain(DATA) == []
    assert list(around.check_around(json.loads(DATA))) == []
    assert HAMLET.read_bytes() == DATA


@pytest.mark.parametrize("by", [0x01, 0x20])
def test_the_stand_alone_verifier_refuses_every_changed_byte_in_words(by: int) -> None:
    """0x01 makes another digit or letter; 0x20 another case, or a sign that is not allowed there."""
    for at in range(len(DATA)):
        said = apart.explain(changed(DATA, at, by))
        assert said and all(both_languages(sentence) for sentence in said), (at, said)


def test_the_servers_verifier_refuses_every_changed_byte_in_words() -> None:
    for at, by in zip(range(len(DATA)), cycle((0x01, 0x02, 0x20, 0x80)), strict=False):
        said = draw.verify_bytes(changed(DATA, at, by))
        assert said and all(finding["zh"] and finding["en"] for finding in said), at


def test_every_changed_digit_is_refused_whatever_digit_it_becomes() -> None:
    """A ratio of 1/0, a load of 9, a year of 2126: nothing of it may break the calculation instead of being said."""
    digits = [at for at, sign in enumerate(DATA) if chr(sign).isdigit()]
    random = Random(20261122)
    for at in digits:
        other = random.choice([sign for sign in b"0123456789" if sign != DATA[at]])
        assert apart.explain(changed(DATA, at, DATA[at] ^ other)), at


@pytest.mark.parametrize("rewrite", ["spaces", "order", "escapes", "no_end", "two_ends", "mark", "twice"])
def test_a_file_that_says_the_same_in_other_bytes_is_refused_too(rewrite: str) -> None:
    """The bytes of a certificate are canonical: then nobody has to ask whether two files are the same."""
    value = json.loads(DATA)
    other = {
        "spaces": json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n",
        "order": json.dumps(dict(reversed(value.items())), ensure_ascii=False, separators=(",", ":")).encode() + b"\n",
        "escapes": json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n",
        "no_end": DATA[:-1],
        "two_ends": DATA + b"\n",
        "mark": b"\xef\xbb\xbf" + DATA,
        "twice": DATA.replace(b'"spec":"DSS1"}', b'"spec":"DSS1","spec":"DSS1"}'),
    }[rewrite]
    assert other != DATA
    assert apart.explain(other) and draw.verify_bytes(other)


@pytest.mark.parametrize("data", [b"", b"null\n", b"[]\n", b"{}\n", b"7\n", b"\xff\xfe", b"[" * 100_000, DATA[:-400]])
def test_what_is_no_bundle_at_all_gets_a_sentence(data: bytes) -> None:
    assert apart.explain(data) and draw.verify_bytes(data)


def test_the_sentence_names_what_was_changed() -> None:
    bundle = json.loads(DATA)
    bundle["certificate"]["strata"][0]["n"] = 2
    assert any("strata[0].n：应为 1" in sentence for sentence in apart.explain(file_of(bundle)))
    bundle = json.loads(DATA)
    del bundle["certificate"]["loads"]
    assert any("缺少 'loads'" in sentence for sentence in apart.explain(file_of(bundle)))


def signed_chain() -> bytes:
    """An announcement and its voiding, signed as the bureau signs."""
    keys = BureauKeys(ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()))
    plan = hamlet()["certificate"]["plan"] | {"previous": None}
    first = draw.announcement(plan, 1)
    last = draw.voiding(
        plan, number=2, previous=digest(first), at=EXECUTED, reason="other", note="重抽", ceremony=None
    )  # fmt: skip
    rows = []
    for row in (first, last):
        value = keys.sign(draw.signed_text(row["number"], row["kind"], digest(row)))
        signature = {"alg": "ES256", "key": keys.signing_jwk, "value": value}
        rows.append({"number": row["number"], "kind": row["kind"], "digest": digest(row), "record": row}
                    | {"signature": signature})  # fmt: skip
    return canonical(rows) + b"\n"


def test_a_signed_chain_holds_and_any_changed_byte_of_it_is_refused() -> None:
    """The signatures are checked with the standard library alone: ECDSA on P-256 is twenty lines."""
    data = signed_chain()
    assert apart.explain(data, around.check_around) == []
    random, positions = Random(20261122), set(range(0, len(data), 23))
    for at in sorted(positions | {data.index(b'"value"') + offset for offset in range(9, 98)}):
        assert apart.explain(changed(data, at, 1 << random.randrange(7)), around.check_around), at


def test_a_record_that_lost_its_signature_is_told() -> None:
    rows = json.loads(signed_chain())
    rows[1]["signature"] = None
    assert list(around.check_around(rows)) == ["chain[2]：没有签名。/ is not signed."]


def test_a_signature_of_another_key_fits_no_record() -> None:
    rows, others = json.loads(signed_chain()), json.loads(signed_chain())
    rows[0]["signature"]["key"] = others[0]["signature"]["key"]
    assert ["签名" in sentence for sentence in around.check_around(rows)] == [True]
    with pytest.raises(ValueError):
        around.number_of(urlsafe_b64encode(b"\x01" * 32).decode())
