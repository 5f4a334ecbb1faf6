"""A signature that was given with a pen on the paper checklist: printed as what it is, without a picture."""

from typing import Any

from server.documents.record_people import ON_PAPER, block, strip


def signed(**more: Any) -> dict[str, Any]:
    value = {"role": "party", "signer": {"name": "王店长"}, "evidence": None, "refused": None, "remarks": "", **more}
    return {"value": value, "at": "2026-11-23T01:30:00.000Z"}


def test_the_record_says_that_the_party_signed_the_paper_checklist() -> None:
    shown = block(signed(medium="paper"))
    assert (shown["image"], shown["remarks"]) == (None, ON_PAPER)
    assert block(signed(medium="paper", remarks="属实"))["remarks"] == f"属实（{ON_PAPER}）"
    assert strip([signed(medium="paper")]) == [
        {"label": shown["role_words"] + "签名：", "images": [], "words": ON_PAPER}
    ]


def test_on_a_phone_an_empty_remark_is_struck_out_as_before() -> None:
    assert block(signed(evidence="ab" * 32))["remarks"] not in ("", ON_PAPER)
    assert strip([signed(evidence="ab" * 32)])[0]["words"] == ""
