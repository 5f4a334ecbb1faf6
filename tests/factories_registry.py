"""Registries and a year's plan for tests, explicit and small. Everything is invented."""

from datetime import date
from typing import Any

from server.accounts.models import Person, Unit
from server.planning import service as planning
from server.planning.models import AnnualPlan
from server.platform.clock import now
from server.platform.db import db
from server.registry.models import (
    DeclaredInterest,
    FlagKind,
    InspectionItem,
    Inspector,
    Leave,
    Subject,
    SubjectFlag,
    SubjectItem,
    SubjectRating,
)
from tests.factories import Bureau

CODES = ("91410422MA40A1B28W", "92410422MA44E5F628", "91410422057212346U", "91410422MA4X0008XU", "91410422MA4X004340")
"""Valid codes of 叶县; the last one has Σ mod 31 = 0."""

ITEMS: dict[str, dict[str, Any]] = {
    "ZA-01": {
        "unit": "zhian",
        "trade": "hotel",
        "name": "检查宾馆的特种行业许可证办理和治安安全情况",
        "basis": "《旅馆业治安管理办法》",
        "subjects": "旅馆从业单位",
        "ratio": (5, 100),
        "frequency": 1,
        "checklist": "hotel-real-name",
    },
    "JD-01": {
        "unit": "jindu",
        "trade": "precursor",
        "name": "对易制毒化学品从业单位的检查",
        "basis": "《易制毒化学品管理条例》",
        "subjects": "易制毒化学品从业单位",
        "ratio": (10, 100),
        "frequency": 2,
        "checklist": "precursor-chemicals",
    },
    "WA-01": {
        "unit": "wangan",
        "trade": "cafe",
        "name": "对网吧业的抽查",
        "basis": "《互联网上网服务营业场所管理条例》",
        "subjects": "全县网吧业",
        "ratio": (10, 100),
        "frequency": 2,
        "checklist": "internet-cafe",
    },
}


def make_item(code: str, unit: Unit, *, position: int = 1, since: date = date(2026, 1, 1), **changes: Any) -> Any:
    """One of the notice's items, with `changes` to its columns."""
    plain = ITEMS[code]
    columns: dict[str, Any] = {
        "position": position,
        "department": "叶县公安局",
        "name": plain["name"],
        "basis": plain["basis"],
        "authority": unit.name,
        "category": "general",
        "subjects": plain["subjects"],
        "ratio_num": plain["ratio"][0],
        "ratio_den": plain["ratio"][1],
        "frequency": plain["frequency"],
        "methods": "实地检查",
        "code": code,
        "trade": plain["trade"],
        "unit_id": unit.id,
        "contents": ["检查内容"],
        "checklist_id": plain["checklist"],
        "effective_from": since,
    }
    item = InspectionItem(**(columns | changes))
    db.session.add(item)
    db.session.flush()
    return item


def make_items(bureau: Bureau) -> dict[str, InspectionItem]:
    """The notice's three items, by code."""
    return {
        code: make_item(code, bureau.units[plain["unit"]], position=position)
        for position, (code, plain) in enumerate(ITEMS.items(), 1)
    }


def make_subject(name: str, *items: str, code: str = CODES[0], site: str | None = None, **columns: Any) -> Subject:
    """A premises in the pools of `items`. `flag` puts it on a public list, `credit_class` rates it internally."""
    flag, rating = columns.pop("flag", None), columns.pop("credit_class", None)
    kind = columns.pop("code_kind", "uscc")
    at = now()
    subject = Subject(
        statutory_id=f"{kind}:{code}" + (f"#{site}" if site else ""),
        code_kind=kind,
        code=code,
        site=site,
        name=name,
        created_at=at,
        changed_at=at,
        **({"address": "叶县昆阳街道健康路1号", "township": "昆阳街道", "attributes": {}} | columns),
    )
    subject.items = [SubjectItem(item_code=item, since=at.date()) for item in items]
    db.session.add(subject)
    db.session.flush()
    if flag:
        db.session.add(SubjectFlag(subject_id=subject.id, kind=FlagKind(flag), source="公示系统", since=at.date()))
    if rating:
        db.session.add(SubjectRating(subject_id=subject.id, credit_class=rating, internal_flags=[]))
    db.session.flush()
    return subject


def make_inspector(person: Person, *items: str, **columns: Any) -> Inspector:
    """A certified inspector; the certificate number is made from the badge."""
    inspector = Inspector(
        person_id=person.id,
        competences=sorted(items),
        **({"cert_no": f"16040{person.badge_no}", "cert_expires_on": date(2028, 12, 31), "household": None} | columns),
    )
    db.session.add(inspector)
    db.session.flush()
    return inspector


def make_leave(inspector: Inspector, from_on: date, to_on: date) -> Leave:
    leave = Leave(inspector_id=inspector.id, from_on=from_on, to_on=to_on, kind="annual")
    db.session.add(leave)
    db.session.flush()
    return leave


def declare_interest(inspector: Inspector, subject: Subject, relation: str = "亲属经营") -> DeclaredInterest:
    interest = DeclaredInterest(
        inspector_id=inspector.id, subject_id=subject.id, relation=relation, declared_on=now().date()
    )
    db.session.add(interest)
    db.session.flush()
    return interest


def make_plan(bureau: Bureau, year: int = 2026) -> AnnualPlan:
    """The year's plan, approved by the leader and filed. Needs `make_items` before."""
    plan = planning.make_plan(year)
    planning.approve_plan(bureau.people["leader"], year)
    planning.file_plan(bureau.people["office"], year, "叶双随机办备〔2026〕1号")
    db.session.commit()
    return plan
