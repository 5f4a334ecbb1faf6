"""Who signed what: the signed texts in their order, the signatures below each, the strip on every page.

A signature is printed below the very text it was given for. When party and inspectors signed different versions (a
corrected round that did not need the party again), both texts are printed, the inspectors' latest first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.checklist import times

ROLE_WORDS = {"party": "当事人", "inspector": "检查人员", "witness": "见证人", "lead": "复核人"}
ROLE_ORDER = ("party", "witness", "inspector")
STRUCK = "／"
ON_PAPER = "签名见纸质检查表"
_HEADING = re.compile("[一二三四五六七八九十]{1,3}、")

Listed = Mapping[str, Any]


@dataclass(frozen=True)
class SignedText:
    """The exact bytes that were signed, with what the server makes of the same entries (None: it could not).

    `pages` are those of the recomputed narrative, or None when it is not the same text.
    """

    sha256: str
    text: str
    pages: Sequence[Sequence[Listed]] | None

    @property
    def confirmed(self) -> bool:
        return self.pages is not None


def current(signatures: Sequence[Listed]) -> list[Listed]:
    """The signatures that count: not called in again, of each person and role the last; party first."""
    last: dict[tuple[str, str, str], Listed] = {}
    for sign in signatures:
        value = sign["value"]
        if value["role"] == "lead" or sign["superseded"]:
            continue
        last[value["role"], sign["author"], value["signer"]["name"]] = sign
    return sorted(last.values(), key=lambda s: (ROLE_ORDER.index(s["value"]["role"]), s["at"], s["id"]))


def text_order(signatures: Sequence[Listed]) -> list[str]:
    """Digests of the signed texts, that of the latest inspector's signature first, then the others, latest first."""
    latest = sorted(current(signatures), key=lambda s: (s["value"]["role"] == "inspector", s["at"], s["id"]))
    return list(dict.fromkeys(sign["value"]["text_sha256"] for sign in reversed(latest)))


def zh_time(at: str) -> str:
    """2026年11月22日15时22分, in the bureau's time."""
    return times.zh_moment(times.moment(at))


def zh_day(at: str) -> str:
    return times.zh_date(times.day_of(times.moment(at)))


def block(sign: Listed, notes: Sequence[str] = ()) -> dict[str, Any]:
    """One signature as the template shows it."""
    value = sign["value"]
    signer = value["signer"]
    detail = [signer.get("post", "")]
    if signer.get("id_last4"):
        detail.append(f"证件尾号{signer['id_last4']}")
    if value["role"] == "witness" and signer.get("phone"):
        detail.append(f"电话{signer['phone']}")
    return {
        "role_words": ROLE_WORDS[value["role"]],
        "name": signer["name"],
        "post": "，".join(filter(None, detail)),
        "remarks": _remarks(value),
        "image": value["evidence"],
        "refused": _refusal(value["refused"]) if value["refused"] else None,
        "at": zh_time(sign["at"]),
        "notes": list(notes),
    }


def _remarks(value: Mapping[str, Any]) -> str:
    """What the signer wrote; of a signature on paper, where it is; struck out where the party wrote nothing."""
    if value.get("medium") == "paper":
        return f"{value['remarks']}（{ON_PAPER}）" if value["remarks"] else ON_PAPER
    return value["remarks"] or (STRUCK if value["role"] == "party" and not value["refused"] else "")


def _refusal(refused: Mapping[str, Any]) -> dict[str, str]:
    witness = refused["witness"]
    if not witness:
        return {"reason": refused["reason"].rstrip("。"), "witness": "未记录见证人。"}
    phone = f"，电话{witness['phone']}" if witness.get("phone") else ""
    return {"reason": refused["reason"].rstrip("。"), "witness": f"见证人：{witness['name']}{phone}。"}


def strip(signs: Sequence[Listed]) -> list[dict[str, Any]]:
    """The foot of a page: the signatures that are given for what stands on it, or that one was refused."""
    parts = []
    for role in ROLE_ORDER:
        mine = [sign["value"] for sign in signs if sign["value"]["role"] == role]
        if mine:
            images = [value["evidence"] for value in mine if value["evidence"] and not value["refused"]]
            words = "拒绝签名，见签名页" if any(value["refused"] for value in mine) else ""
            if any(value.get("medium") == "paper" for value in mine):
                words = ON_PAPER
            parts.append({"label": f"{ROLE_WORDS[role]}签名：", "images": images, "words": words})
    return parts


def classify(text: str) -> list[list[dict[str, str]]]:
    """A text whose lines are not known from a recomputed narrative, as one page: by what its lines look like."""
    page: list[dict[str, str]] = []
    body = False
    for place, line in enumerate(text.split("\n")):
        heading = _HEADING.match(line) is not None
        body = body or heading
        kind = "heading" if heading else "item" if body else "field" if "：" in line else "plain"
        page.append({"kind": ("organ", "title")[place] if place < 2 else kind, "text": line})
    return [page]


def pages(signed: SignedText) -> list[list[dict[str, str]]]:
    """The text on its pages, line by line; a field is cut after its colon. Joined again it is the signed text."""
    found = signed.pages if signed.pages is not None else classify(signed.text)
    return [[_cut({"kind": line["kind"], "text": line["text"]}) for line in page] for page in found]


def _cut(line: dict[str, str]) -> dict[str, str]:
    if line["kind"] == "field":
        label, colon, value = line["text"].partition("：")
        return line | {"label": label + colon, "value": value}
    return line
