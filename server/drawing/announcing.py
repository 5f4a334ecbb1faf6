"""Announcing a draw: what the office asked for becomes a frozen plan whose digest is published."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from server.core import draw as rules
from server.drawing import chain
from server.drawing.freezing import freeze
from server.drawing.models import Draw, DrawParty, DrawRoster, DrawState
from server.drawing.refusals import by_rule
from server.drawing.wish import Frozen, Wish
from server.planning.models import Batch
from server.platform.auth import Actor
from server.platform.clock import iso, now
from server.platform.db import db
from server.platform.errors import Problem
from server.platform.installation import installation
from server.platform.trail import record

DEADLINE = timedelta(hours=24)
"""How long the parties have when no public number sets the moment."""


def announce(actor: Actor, batch: Batch, wish: Wish, ask: Mapping[str, Any]) -> Draw:
    """Freeze rosters and plan and publish their digests: the first record of the draw.

    `ask` has `id`, `title`, `parties`, `source`, `deadline`, `sealed`, `alternates`, `rules` as in the route's schema,
    and `people`: party → `{"name", "post", "person_id"}`, which stay out of the plan.
    The same id with the same commitment answers with what was announced before. Raises `draw_id_taken`,
    `draw_plan_…` by rule.
    """
    known = db.session.get(Draw, ask["id"])
    if known is not None:
        return _same(known, ask)
    salt = secrets.token_hex(32)
    with by_rule():
        frozen = freeze(wish, salt)
        texts = {item: rules.roster_lines(lines) for item, lines in frozen.rosters.items()}
        number, previous = chain.head()
        plan = rules.build_plan(_parts(wish, ask, frozen, texts, salt, previous))
        first = rules.announcement(plan, number)
    draw = _stored(actor, batch, plan, salt, frozen)
    draw.rosters = [
        DrawRoster(item_code=item, digest=rules.roster_digest(text), text=text) for item, text in texts.items()
    ]
    with by_rule():
        draw.parties = [_party(at, row, ask["people"].get(row["party"])) for at, row in enumerate(plan["parties"])]
    db.session.add(draw)
    db.session.flush()
    row = chain.append(first, draw)
    record("draw.announced", "draw", draw.id, plan_digest=draw.plan_digest, chain=row.number)
    return draw


def _same(known: Draw, ask: Mapping[str, Any]) -> Draw:
    told = [row.commitment for row in known.parties if row.commitment]
    asked = [row["commitment"] for row in ask["parties"] if row["commitment"]]
    if known.announced_by_id is None or told[: len(asked)] != asked:
        raise Problem("draw_id_taken")
    return known


def _parts(
    wish: Wish, ask: Mapping[str, Any], frozen: Frozen, texts: Mapping[str, bytes], salt: str, previous: str | None
) -> dict[str, Any]:
    bureau, year, at = installation(), wish.window[0].year, now()
    ids = "pseudonym" if wish.pseudonyms else "statutory"
    items = [
        {
            "code": item.code,
            "name": item.name,
            "num": wish.ratios[item.code][0],
            "den": wish.ratios[item.code][1],
            "inspectors": item.inspectors_needed,
        }
        for item in wish.items
    ]
    rosters = [
        {"item": item, "digest": rules.roster_digest(text), "lines": len(frozen.rosters[item]), "ids": ids}
        for item, text in texts.items()
    ]
    return {
        "bureau": {"name": bureau.bureau_name, "division": bureau.division_code},
        "draw": ask["id"],
        "title": rules.clean(ask["title"]),
        "kind": wish.kind,
        "year": year,
        "sequence": next_sequence(year),
        "previous": previous,
        "announced_at": iso(at),
        "deadline": iso(_deadline(ask, at)),
        "window": {"from": wish.window[0].isoformat(), "to": wish.window[1].isoformat()},
        "salt": rules.salt_commitment(ask["id"], salt),
        "items": items,
        "strata": frozen.strata,
        "rosters": rosters,
        "exclusions": frozen.exclusions,
        "overrides": frozen.overrides,
        "inspectors": frozen.inspectors,
        "pools": frozen.pools,
        "interests": frozen.interests,
        "rules": {**ask["rules"], "district": wish.district_rule},
        "alternates": ask["alternates"],
        "parties": [{**row, "label": rules.clean(row["label"])} for row in ask["parties"]],
        "source": _source(ask),
        "sealed": _sealed(ask),
    }


def _deadline(ask: Mapping[str, Any], at: datetime) -> datetime:
    """By default the parties may speak until the public number comes into being: later nobody could be trusted."""
    asked: datetime | None = ask["deadline"]
    if asked is None:
        asked = ask["source"]["moment"] if ask["source"] is not None else at + DEADLINE
    return max(at, asked)


def _source(ask: Mapping[str, Any]) -> dict[str, str] | None:
    source = ask["source"]
    return None if source is None else {"name": rules.clean(source["name"]), "moment": iso(source["moment"])}


def _sealed(ask: Mapping[str, Any]) -> dict[str, Any] | None:
    sealed = ask["sealed"]
    if sealed is None:
        return None
    holders = [rules.clean(holder) for holder in sealed["holders"]]
    return {"commitment": sealed["commitment"], "holders": holders, "release_on": sealed["release_on"].isoformat()}


def next_sequence(year: int) -> int:
    """The number of the next draw in a year."""
    last = db.session.scalar(select(func.max(Draw.sequence)).where(Draw.year == year))
    return (last or 0) + 1


def _stored(actor: Actor, batch: Batch, plan: dict[str, Any], salt: str, frozen: Frozen) -> Draw:
    sealed = plan["sealed"]
    return Draw(
        id=plan["draw"],
        year=plan["year"],
        sequence=plan["sequence"],
        title=plan["title"],
        kind=plan["kind"],
        state=DrawState.ANNOUNCED,
        batch=batch,
        plan=plan,
        plan_digest=rules.plan_digest(plan),
        salt=salt,
        people=frozen.people,
        announced_at=now(),
        announced_by_id=actor.id,
        release_on=date.fromisoformat(sealed["release_on"]) if sealed else None,
    )


def _party(position: int, row: Mapping[str, Any], who: Mapping[str, Any] | None) -> DrawParty:
    committed = row["commitment"] is not None
    known = who or {}
    return DrawParty(
        position=position,
        party=row["party"],
        token=secrets.token_urlsafe(24),
        commitment=row["commitment"],
        committed_at=now() if committed else None,
        name=rules.clean(known["name"]) if known.get("name") else None,
        post=rules.clean(known["post"]) if known.get("post") else None,
        person_id=known.get("person_id"),
    )
