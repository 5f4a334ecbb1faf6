"""A visit as an officer fills it in, for the story tests: what was asked, seen, photographed, written."""

import uuid
from functools import cache
from typing import Any

from server.core.checklist import combine, compile_checklist, evaluate, record
from server.core.checklist.build import switched_on
from server.core.checklist.sample import row_id
from server.platform.cel import compile_cel
from server.platform.definitions import load_definition

INSPECTION = "0192f0c0-0000-7000-8000-000000000001"
SUBJECT = {
    "name": "叶县昆阳宾馆",
    "statutory_id": "91410422MA40A1B28W",
    "address": "叶县昆阳镇健康路1号",
    "legal_rep": "刘某某",
    "size": 40,
    "attributes": {},
}


@cache
def checklist(names: tuple[str, ...], codes: tuple[str, ...] = ()) -> Any:
    parts = []
    for name in names:
        full = load_definition(name)
        every = {item["code"] for section in full["sections"] for item in section["items"]}
        parts.append(switched_on(full, [code for code in codes if code in every]))
    return compile_checklist(combine(parts), compile_cel)


class Visit:
    """Fills in a checklist step by step; `done` and `text` say what the engine makes of it."""

    def __init__(self, *names: str, also: tuple[str, ...] = (), **context: Any) -> None:
        self.checklist = checklist(names, also)
        self.state: dict[str, Any] = {
            "answers": {},
            "conflicts": {},
            "rows": {},
            "evidence": {},
            "findings": {},
            "presence": {"started_at": None, "ended_at": None},
        }
        self.context: dict[str, Any] = {
            "visit_started_at": "2026-11-22T06:05:00.000Z",
            "today": "2026-11-22",
            "subject": SUBJECT,
            "visit_number": 1,
            "visit_cap": 2,
            "inspection": {"id": INSPECTION, "number": "叶公（治）检笔字〔2026〕1号"},
            "inspectors": [
                {"name": "张建国", "cert_no": "16040100001"},
                {"name": "李明", "cert_no": "16040100002"},
            ],
            "organ": "叶县公安局",
            "approval": {"number": "叶公（治）检审字〔2026〕1号", "approved_by": "赵局长", "approved_on": "2026-11-18"},
            "window": {"from": "2026-11-20", "to": "2026-11-30"},
            "notice": {"number": "叶公（治）检通字〔2026〕1号"},
            "source": "random",
            "record_at": "2026-11-22T07:20:00.000Z",
        } | context

    def opened(self) -> "Visit":
        """The opening and closing as they should be."""
        return self.says(
            CM08="open",
            CM04="shown",
            CM05="served",
            CM06="none",
            CM10={"name": "王店长", "id_number": "410422199003070010"},
            CM11="店长",
            CM07="same",
            CM09="YX0012",
            CM90="full",
            CM99="read",
        )

    def says(self, **answers: Any) -> "Visit":
        for code, value in answers.items():
            self.state["answers"][code] = {"value": value}
        return self

    def unchecked(self, code: str, reason: str) -> "Visit":
        return self.says(**{code: {"unchecked": reason}})

    def row(self, item: str, key: str | None = None, **cells: Any) -> "Visit":
        """A row: by hand, or under the key that the system gave it."""
        rows = self.state["rows"].setdefault(item, [])
        row = row_id(INSPECTION, item, key) if key else str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item}{len(rows)}"))
        rows.append(row)
        for column, value in cells.items():
            self.state["answers"][f"{item}/{row}/{column}"] = {"value": value}
        return self

    def photos(self, *codes: str) -> "Visit":
        for code in codes:
            self.state["evidence"].setdefault(code, []).append({"value": {"purpose": "photo"}})
        return self

    def found(self, code: str, text: str, corrected: str | None = None) -> "Visit":
        value: dict[str, Any] = {"text": text, "corrected_on_site": corrected is not None}
        if corrected is not None:
            value["correction_text"] = corrected
        self.state["findings"][code] = {"value": value}
        return self

    @property
    def done(self) -> dict[str, Any]:
        return evaluate(self.checklist, self.state, self.context)

    @property
    def told(self) -> dict[str, Any]:
        return record(self.checklist, self.state, self.context)

    @property
    def text(self) -> str:
        return str(self.told["text"])

    def classes(self) -> dict[str, str]:
        return {finding["code"]: finding["class"] for finding in self.done["findings"]}

    def why(self) -> list[str]:
        return [missing["text"]["zh"] for missing in self.done["missing"]]
