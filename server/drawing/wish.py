"""What the office asked to be drawn, what was frozen for it, and the ids under which premises are drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.core import draw as rules
from server.core.draw import Line
from server.registry.models import InspectionItem, Subject


@dataclass(frozen=True)
class Wish:
    """What the office asked for, beyond the defaults of the plan's lines. Ratios are (num, den)."""

    items: Sequence[InspectionItem]
    ratios: Mapping[str, tuple[int, int]]
    window: tuple[date, date]
    kind: str = "untargeted"
    raised: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    targeted: tuple[int, int] | None = None
    overrides: Mapping[tuple[str, str], str] = field(default_factory=dict)
    excluded: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    visit_cap: int | None = None
    district_rule: bool = False
    pseudonyms: bool = False


@dataclass
class Frozen:
    """The parts of a plan that come from the registries, and who is behind them."""

    rosters: dict[str, list[Line]] = field(default_factory=dict)
    strata: list[dict[str, Any]] = field(default_factory=list)
    exclusions: list[dict[str, Any]] = field(default_factory=list)
    overrides: list[dict[str, Any]] = field(default_factory=list)
    inspectors: list[dict[str, Any]] = field(default_factory=list)
    pools: list[dict[str, Any]] = field(default_factory=list)
    interests: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)


def statutory_id(subject: Subject) -> str:
    """The statutory id of a premises as it stands in a roster."""
    return rules.statutory_id(subject.code_kind, subject.code, subject.site)


def ticket_id(subject: Subject, salt: str | None) -> str:
    """The id under which a premises is drawn: the statutory one, or with a salt its pseudonym for this draw."""
    return statutory_id(subject) if salt is None else rules.pseudonym("p", salt, statutory_id(subject))
