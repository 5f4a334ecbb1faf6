"""Seeded stories of an inspection for property tests: several phones that see parts of each other.

A story is a list of sealed entries in the order in which they were made. Each phone knows its own
entries and what it has exchanged; it names in `replaces` what it sees, mostly rightly, sometimes not at
all or wrongly, as old clients and restored profiles would.
"""

import random
import uuid
from typing import Any

from server.core.journal.chain import cover
from server.core.journal.entry import seal
from server.core.journal.types import SERVER, Entry
from tests.core.sight import Sight

ITEMS = ("HT101", "HT102", "HT301")
ROWS = tuple(str(uuid.UUID(int=n + 2**100, version=4)) for n in range(3))
VALUES = ("pass", "fail", None, {"unchecked": "停电"}, {"number": "1.5", "unit": "kg"})
PHOTO = {
    "media_type": "image/jpeg",
    "purpose": "photo",
    "taken_at": "2026-11-22T02:00:00.000Z",
    "position": None,
    "source": "camera",
    "width": 640,
    "height": 480,
}


class Teller:
    """Tells one story; the same seed tells the same story."""

    def __init__(self, seed: int, phones: int = 3) -> None:
        self.random = random.Random(seed)
        self.inspection = self.key()
        self.phones = [self.key() for _ in range(phones)] + [SERVER]
        self.known: dict[str, dict[str, Entry]] = {phone: {} for phone in self.phones}
        self.tips: dict[str, Entry | None] = dict.fromkeys(self.phones)
        self.told: list[Entry] = []

    def key(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def tell(self, steps: int) -> list[Entry]:
        for _ in range(steps):
            phone = self.random.choice(self.phones)
            act = self.random.choices((self.speak, self.exchange, self.fork), (10, 4, 0.3))[0]
            act(phone)
        return self.told

    def exchange(self, phone: str) -> None:
        self.known[phone].update(self.known[self.random.choice(self.phones)])

    def fork(self, phone: str) -> None:
        """A profile restored from an old copy goes on from an earlier entry of its chain."""
        own = [e for e in self.told if e["device"] == phone]
        self.tips[phone] = self.random.choice(own) if own else None

    def speak(self, phone: str) -> None:
        sight = Sight(self.known[phone].values())
        kind, path, value, replaces = self.server_says(sight) if phone == SERVER else self.phone_says(sight, phone)
        tip = self.tips[phone]
        entry = seal(
            {
                "inspection": self.inspection,
                "author": self.inspection,
                "device": phone,
                "seq": tip["seq"] + 1 if tip else 1,
                "prev": tip["id"] if tip else None,
                "at": f"2026-11-22T{self.random.randrange(24):02d}:{self.random.randrange(60):02d}:00.000Z",
                "skew_ms": self.random.choice((0, 0, 0, 400_000, -31_536_000_000)),
                "kind": kind,
                "path": path,
                "value": value,
                "replaces": sorted(set(replaces)),
            }
        )
        self.tips[phone] = entry
        self.known[phone][entry["id"]] = entry
        self.told.append(entry)

    def everything_known(self, phone: str) -> dict[str, Any]:
        described = cover(self.known[phone].values())
        return {**described, "covers": {device: list(tip) for device, tip in described["covers"].items()}}

    def sees(self, heads: list[str]) -> list[str]:
        """Mostly all heads, sometimes a part, none, or something unrelated."""
        luck = self.random.random()
        if luck < 0.75:
            return heads
        if luck < 0.9:
            return [key for key in heads if self.random.random() < 0.5]
        return [self.random.choice(self.told)["id"]] if self.told else []

    def phone_says(self, sight: Sight, phone: str) -> tuple[str, str, Any, list[str]]:
        item, row = self.random.choice(ITEMS), f"HT301/{self.random.choice(ROWS)}"
        pick = self.random.choices(
            (
                "answer",
                "cell",
                "row",
                "remove",
                "finding",
                "evidence",
                "withdraw",
                "sign",
                "submit",
                "presence",
                "mark",
            ),
            (30, 20, 8, 5, 8, 8, 4, 4, 2, 2, 4),
        )[0]
        if pick in ("answer", "cell"):
            path = item if pick == "answer" else f"{row}/{self.random.choice(('room', 'guests'))}"
            return "answer", path, self.random.choice(VALUES), self.sees(sight.heads_at("answer", path))
        if pick == "row":
            value = {"order": self.random.randrange(4), "source": "hand", "key": None}
            return "row", row, value, self.sees(sight.heads_at("row", row))
        if pick == "remove":
            return "row", row, None, self.sees(sight.heads_of_row(row))
        if pick == "finding":
            text = self.random.choice((None, "无证", "未登记"))
            value = text and {"text": text, "corrected_on_site": False}
            return "finding", item, value, self.sees(sight.heads_at("finding", item))
        if pick == "evidence":
            return "evidence", item, {**PHOTO, "sha256": f"{len(self.told):064x}", "size": 1}, []
        return self.acts(pick, sight, phone)

    def acts(self, pick: str, sight: Sight, phone: str) -> tuple[str, str, Any, list[str]]:
        if pick == "withdraw" and self.told:
            target = self.random.choice(sight.evidence or self.told)
            path = target["path"] if target["path"] in ITEMS else "HT101"
            return "withdraw", path, {"reason": "重复"}, [target["id"]]
        if pick == "mark" and sight.evidence:
            return self.drawing(sight, phone)
        if pick == "submit":
            return "submit", "", {"round": sight.round, **self.everything_known(phone)}, []
        if pick == "sign":
            role = self.random.choice(("party", "inspector"))
            return "sign", "", self.signature(role, phone), []
        return "presence", "", {"event": self.random.choice(("arrived", "left")), "position": None}, []

    def drawing(self, sight: Sight, phone: str) -> tuple[str, str, Any, list[str]]:
        """Marks over a photo; what was drawn on it before, whoever did, is sometimes named."""
        photo = self.random.choice(sight.evidence)
        box = {"shape": "box", "x1": 10, "y1": 20, "x2": self.random.randrange(1000), "y2": 40}
        marks = self.random.choice(([], [box], [box, {**box, "shape": "text", "text": "无证"}]))
        return "mark", photo["path"], {"photo": photo["id"], "marks": marks}, self.sees(_layers(photo))

    def signature(self, role: str, phone: str) -> dict[str, Any]:
        return {
            "role": role,
            "signer": {"name": "王五"},
            "text_sha256": "0" * 64,
            "evidence": None,
            "refused": None,
            "remarks": "",
            **self.everything_known(phone),
        }

    def server_says(self, sight: Sight) -> tuple[str, str, Any, list[str]]:
        pick = self.random.choice(("received", "return", "admit", "comment", "sign"))
        if pick == "received":
            return "received", "", {"round": sight.round, **self.everything_known(SERVER)}, []
        if pick == "return" and sight.closings:
            return "return", "", {"round": sight.round + 1, "text": "补正", "signatures": ["party"]}, []
        if pick == "admit" and sight.late:
            return "admit", "", {"ids": sight.late[:2], "reason": "补"}, []
        if pick == "sign" and sight.closings:
            return "sign", "", self.signature("lead", SERVER), []
        return "comment", "", {"text": "好"}, []


def _layers(photo: dict[str, Any]) -> list[str]:
    return [layer["id"] for layer in photo.get("marked", ())]


def story(seed: int, steps: int = 40) -> list[Entry]:
    """The entries of the story with this seed, in the order of their making."""
    return Teller(seed).tell(steps)
