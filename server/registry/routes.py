"""The registries over HTTP: read by office, leads, leaders and supervisors."""

from typing import Any

from server.platform.auth import Role, access, actor
from server.platform.clock import today
from server.platform.stage import stage_blueprint
from server.registry import inspectors, items, subjects
from server.registry.models import Inspector, Subject, SubjectRating
from server.registry.schemas import (
    InspectorAnswer,
    InspectorQuery,
    ItemAnswer,
    ItemQuery,
    SubjectAnswer,
    SubjectPage,
    SubjectQuery,
)

blp = stage_blueprint("registry")
READERS = (Role.OFFICE, Role.LEAD, Role.LEADER, Role.LEGAL, Role.SUPERVISOR)


@blp.get("/items")
@access(*READERS, Role.STATION, Role.INSPECTOR)
@blp.arguments(ItemQuery, location="query")
@blp.response(200, ItemAnswer(many=True))
def list_items(query: dict[str, Any]) -> Any:
    """抽查事项清单 in force today, or with `versions` every version."""
    return items.all_versions() if query["versions"] else items.items_on()


@blp.get("/subjects")
@access(*READERS, Role.STATION)
@blp.arguments(SubjectQuery, location="query")
@blp.response(200, SubjectPage)
def list_subjects(query: dict[str, Any]) -> dict[str, Any]:
    """检查对象名录库, one page; the internal rating for the office only."""
    page = subjects.find(actor(), query)
    ratings = subjects.ratings_for(actor(), page.rows)
    rows = [_subject(row, ratings.get(row.id)) for row in page.rows]
    return {"rows": rows, "total": page.total, "page": page.page, "size": page.size}


@blp.get("/subjects/<subject_id>")
@access(*READERS, Role.STATION)
@blp.response(200, SubjectAnswer)
def read_subject(subject_id: str) -> dict[str, Any]:
    """One premises."""
    found = subjects.subject_for(actor(), subject_id)
    return _subject(found, subjects.ratings_for(actor(), [found]).get(found.id))


@blp.get("/inspectors")
@access(*READERS)
@blp.arguments(InspectorQuery, location="query")
@blp.response(200, InspectorAnswer(many=True))
def list_inspectors(query: dict[str, Any]) -> list[dict[str, Any]]:
    """执法检查人员名录库; leads see their own brigade."""
    return [_inspector(row) for row in inspectors.find(actor(), query.get("unit"), query.get("item"))]


def _subject(subject: Subject, rating: SubjectRating | None) -> dict[str, Any]:
    names = (column.key for column in Subject.__table__.columns)
    row = {name: getattr(subject, name) for name in names}
    return row | {"station": subject.station, "items": subject.items, "flags": subject.flags, "rating": rating}


def _inspector(row: Inspector) -> dict[str, Any]:
    day = today()
    return {
        "id": row.id,
        "person": row.person,
        "cert_no": row.cert_no,
        "cert_expires_on": row.cert_expires_on,
        "certificate_valid": inspectors.certificate_valid(row, day),
        "on_leave": inspectors.away_on(row, day),
        "available": inspectors.is_available(row, day),
        "competences": row.competences,
        "senior": row.senior,
        "status": row.status,
        "leaves": row.leaves,
        "interests": len([i for i in row.interests if i.ended_on is None or i.ended_on >= day]),
    }
