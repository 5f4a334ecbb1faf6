"""Documents over HTTP: the list of finished inspections, a record as PDF, several at once."""

from typing import Any
from urllib.parse import quote

from flask import Response, request, send_file

from server.documents import before_visit, checklist_papers, draw_record, numbers, service
from server.documents.models import Copy, PaperKind
from server.documents.schemas import BundleBody, CopyQuery, FinishedPage, FinishedQuery, PaperAnswer, Voiding
from server.evidence.sight import require_sight
from server.platform.auth import Role, access, actor
from server.platform.stage import Done, stage_blueprint

blp = stage_blueprint("documents")
READERS = (Role.OFFICE, Role.LEGAL, Role.LEADER, Role.LEAD, Role.INSPECTOR)


@blp.get("/inspections")
@access(*READERS)
@blp.arguments(FinishedQuery, location="query")
@blp.response(200, FinishedPage)
def list_finished(query: dict[str, Any]) -> dict[str, Any]:
    """Inspections that are signed off, the latest first."""
    page = service.finished(actor(), query)
    return {"rows": service.finished_rows(page), "total": page.total, "page": page.page, "size": page.size}


@blp.get("/inspections/<inspection_id>/record.pdf")
@access(*READERS, answers="pdf")
@blp.arguments(CopyQuery, location="query")
def read_record(query: dict[str, str], inspection_id: str) -> Response:
    """The 现场检查笔录; `copy=party` is what the party gets."""
    paper = service.record_paper(actor(), inspection_id, Copy(query["copy"]))
    answer = send_file(paper.path, mimetype="application/pdf", etag=paper.sha256, max_age=0)
    answer.headers["Content-Disposition"] = f"inline; filename=record.pdf; filename*=UTF-8''{quote(paper.name)}"
    answer.headers["Cache-Control"] = "no-cache, private"
    answer.make_conditional(request)
    return answer


def _inline(made: tuple[bytes, str]) -> Response:
    pdf, name = made
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename=paper.pdf; filename*=UTF-8''{quote(name)}"
    return answer


@blp.get("/tasks/<task_id>/notice.pdf")
@access(*READERS, Role.STATION, answers="pdf")
def read_notice(task_id: str) -> Response:
    """The 行政检查通知书 that is handed over at the door."""
    return _inline(before_visit.notice_pdf(actor(), task_id))


@blp.get("/approvals/<approval_id>/approval.pdf")
@access(Role.OFFICE, Role.LEADER, Role.LEAD, Role.LEGAL, Role.SUPERVISOR, answers="pdf")
def read_approval(approval_id: str) -> Response:
    """The 行政检查审批表 of one item in one batch."""
    return _inline(before_visit.approval_pdf(approval_id))


@blp.get("/draws/<draw_id>/record.pdf")
@access(Role.OFFICE, Role.LEADER, Role.LEAD, Role.LEGAL, Role.SUPERVISOR, answers="pdf")
def read_draw(draw_id: str) -> Response:
    """The 随机抽取记录表 of an executed draw: one page to sign."""
    return _inline(draw_record.draw_pdf(actor(), draw_id, request.url_root))


@blp.get("/checklists/<item_code>/blank.pdf")
@access(*READERS, Role.STATION, answers="pdf")
def read_blank_form(item_code: str) -> Response:
    """The blank checklist of an item of the published list, for a visit on paper."""
    return _inline(checklist_papers.checklist_pdf(checklist_papers.Form.BLANK, item_code))


@blp.get("/checklists/<item_code>/self-check.pdf")
@access(*READERS, Role.STATION, answers="pdf")
def read_self_check(item_code: str) -> Response:
    """The 自查表 of an item, for the business to check itself beforehand."""
    return _inline(checklist_papers.checklist_pdf(checklist_papers.Form.SELF_CHECK, item_code))


@blp.get("/inspections/<inspection_id>/papers")
@access(*READERS)
@blp.response(200, PaperAnswer(many=True))
def list_papers(inspection_id: str) -> Any:
    """Every version ever issued, with hash and fonts; voided numbers too."""
    require_sight(actor(), inspection_id)
    return service.papers_of(inspection_id)


@blp.post("/bundle")
@access(*READERS, answers="zip or pdf")
@blp.arguments(BundleBody)
def send_bundle(body: dict[str, Any]) -> Response:
    """Several records at once, as a zip or as one PDF to print."""
    pieces = service.bundled(actor(), body["inspections"], body["form"], Copy(body["copy"]))
    kind, name = ("application/zip", "笔录.zip") if body["form"] == "zip" else ("application/pdf", "笔录.pdf")
    answer = Response(pieces, mimetype=kind, direct_passthrough=True)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@blp.post("/inspections/<inspection_id>/voiding")
@access(Role.OFFICE)
@blp.arguments(Voiding)
@blp.response(200, Done)
def void_record(body: dict[str, str], inspection_id: str) -> dict[str, Any]:
    """作废: the number is kept in the series with its reason; the next issue takes a new one."""
    require_sight(actor(), inspection_id)
    numbers.void_number(actor(), PaperKind.RECORD, inspection_id, body["reason"])
    return {}
