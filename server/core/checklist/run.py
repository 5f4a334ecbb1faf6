"""One evaluation: one pass over the items, each reading only what stands above it."""

from collections.abc import Mapping
from typing import Any

from server.core.calendar import BadTime
from server.core.checklist import outcome, tables, times
from server.core.checklist.compiled import Checklist, ItemPrograms
from server.core.checklist.messages import missing_text
from server.core.checklist.requirements import require
from server.core.checklist.scope import Outcome, Scope
from server.core.checklist.tabular import judge_table
from server.core.checklist.values import Entries, Reading, Surroundings, outward, read
from server.core.checklist.words import trimmed

VISIT = "VISIT"
"""The path of pictures about the visit as a whole, those of the paper checklist among them."""
_UNCHECKABLE: Mapping[str, Any] = {"type": "none"}


class Run:
    """The working of one evaluation."""

    def __init__(self, checklist: Checklist, state: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self.checklist = checklist
        self.state = state
        self.context = context
        started = context["visit_started_at"]
        self.date: str = times.day_of(times.moment(started)).isoformat() if started else context["today"]
        self.entries = Entries(checklist.definition["catalogues"], self.date)
        self.answers: Mapping[str, Any] = state["answers"]
        self.inspection: str = context["inspection"]["id"]
        self.method: str = context.get("method", "on_site")
        self.scope = Scope()
        self.readings: dict[str, Reading] = {}
        self.visible: list[str] = []
        self.items: list[Mapping[str, Any]] = []
        self.verdicts: dict[str, str] = {}
        self.computed: dict[str, Any] = {}
        self.rows: dict[str, list[tables.Row]] = {}
        self.samples: dict[str, dict[str, Any]] = {}
        self.findings: list[dict[str, Any]] = []
        self.missing: list[dict[str, Any]] = []
        self.stated: list[str] = []
        self.progress: dict[str, dict[str, int]] = {}
        self.evidence = _counted(state["evidence"])
        self.conflicts = _conflicts(state["conflicts"])
        self.texts = _findings(state["findings"])
        presence: Mapping[str, Any] = state.get("presence") or {}
        self.typed_at: str | None = presence.get("typed_at")
        """When the typing in of a paper checklist began; None for a visit with a phone."""
        form = state["evidence"].get(VISIT, ())
        self.forms: int = sum(entry["value"]["purpose"] in ("photo", "file") for entry in form)
        """Photos and scans of that paper; what lies elsewhere shows no signature."""

    def go(self) -> "Run":
        """Do the pass; call once."""
        self._surroundings()
        for section, when in self.checklist.sections:
            shown = when is None or _true(when.run(self.scope))
            count = self.progress[section["id"]] = {"done": 0, "total": 0}
            for item in section["items"]:
                verdict = self._item(item, shown)
                if verdict is None or (verdict == "open" and not item["required"]):
                    continue
                count["total"] += 1
                count["done"] += verdict != "open"
        return self

    def _surroundings(self) -> None:
        scope, context = self.scope, self.context
        started = context["visit_started_at"]
        scope.set("visit_date", times.start_of_day(self.date))
        if started:
            scope.set("visit_start", times.moment(started))
        else:
            self.miss("", "", "visit_not_started")
        if self.typed_at is not None and self.forms == 0:
            self.miss("", VISIT, "paper_missing")
        scope.set("visit_number", context["visit_number"])
        scope.set("visit_cap", context["visit_cap"] or 0)
        for fact in self.checklist.definition["facts"]:
            value = _fact(fact, context)
            if value is None:
                scope.lack([fact["key"]], "absent")
            else:
                scope.set(fact["key"], value)
        for setting in self.checklist.definition["settings"]:
            raw = setting["value"]
            if setting["type"] == "quantity":
                raw = {"number": raw, "unit": setting["units"][0]}
            scope.set(setting["key"], read(setting, raw, Surroundings(self.entries)).values[""])

    def _item(self, item: Mapping[str, Any], section_shown: bool) -> str | None:
        """Judge one item; None when it is not asked."""
        programs = self.checklist.programs(item)
        shown = section_shown and self.method in item["methods"]
        if shown and programs.when is not None:
            shown = _true(programs.when.run(self.scope))
        if not shown:
            self.scope.lack(self.names(item, programs), "absent")
            return None
        code = item["code"]
        self.visible.append(code)
        self.items.append(item)
        before = len(self.missing)
        for path in self.conflicts.get(code, ()):
            self.miss(code, path, "conflict", title=item["title"])
        verdict = self._answered(item, programs)
        self.verdicts[code] = verdict
        require(self, item, programs, verdict)
        if verdict == "open" and item["required"] and len(self.missing) == before and self._asks(item):
            self.miss(code, code, "unanswered", title=item["title"])
        return verdict

    def _asks(self, item: Mapping[str, Any]) -> bool:
        """Whether an open verdict is this item's own fault, not that of an item it depends on."""
        reading = self.readings.get(item["code"])
        return item["type"] != "auto" and (reading is None or reading.status == "open")

    def names(self, item: Mapping[str, Any], programs: ItemPrograms) -> list[str]:
        """All variables that an item gives."""
        return [*programs.names, *(f"{item['code']}_{value['key']}" for value in item["computed"])]

    def _answered(self, item: Mapping[str, Any], programs: ItemPrograms) -> str:
        kind = item["type"]
        if kind == "auto":
            self.compute(item, programs)
            return self.judged(programs, "na")
        if kind == "table":
            return judge_table(self, item, programs)
        raw = self.answers.get(item["code"], {}).get("value")
        if kind in ("photo", "signature"):
            return self._pictured(item, programs, raw)
        return self._scalar(item, programs, raw)

    def _pictured(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        unchecked = self.unchecked(item, programs, raw)
        if unchecked is not None:
            return unchecked
        have = self.pictures(item["code"], item["type"] == "signature")
        self.scope.set(f"{item['code']}_photos", have)
        if have == 0:
            return "open"
        self.compute(item, programs)
        return self.judged(programs, "pass")

    def _scalar(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        code = item["code"]
        unchecked = self.unchecked(item, programs, raw)
        if unchecked is not None:
            return unchecked
        among = frozenset(self.scope.values.get(item["among"], ())) if "among" in item else None
        reading = self.readings[code] = read(item, raw, Surroundings(self.entries, None, among))
        if reading.status == "known":
            for suffix, value in reading.values.items():
                self.scope.set(code + suffix, value)
            self.compute(item, programs)
            return self._judged_choice(item, programs, raw)
        if reading.status == "invalid":
            self.miss(code, code, "invalid", title=item["title"], fault=reading.detail)
        elif not item["required"]:
            self.scope.lack(self.names(item, programs), "absent")
        return "open"

    def unchecked(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str | None:
        """The verdict if the item was left unchecked: open until a reason stands. None: it was not."""
        reading = read(_UNCHECKABLE, raw, Surroundings(self.entries))
        if reading.status != "unchecked":
            return None
        self.readings[item["code"]] = reading
        self.scope.lack(self.names(item, programs), "unchecked")
        if trimmed(reading.detail):
            return "unchecked"
        self.miss(item["code"], item["code"], "unchecked_reason", title=item["title"])
        return "open"

    def _judged_choice(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        standard = item["type"] == "choice" and "options" not in item and "catalogue" not in item
        stated = raw if standard else None
        for option in item.get("options", ()):
            if item["type"] == "choice" and option["key"] == raw:
                stated = option.get("verdict")
                if "result" in option:
                    self.stated.append(option["result"])
        if stated in ("fail", "na"):
            return str(stated)
        return self.judged(programs, "pass")

    def judged(self, programs: ItemPrograms, absent: str) -> str:
        """fail if the rule says so; open or unchecked while it cannot say; `absent` where it has nothing to go by."""
        if programs.fails is None:
            return "pass"
        found = programs.fails.run(self.scope)
        if found.status == "known":
            return "fail" if found.is_true() else "pass"
        return {"unchecked": "unchecked", "absent": absent}.get(found.status, "open")

    def compute(self, item: Mapping[str, Any], programs: ItemPrograms, summary: Scope | None = None) -> None:
        """Calculate the item's named values; a table's (`summary`) may be empty yet, which is no fault."""
        scopes = [self.scope] if summary is None else [summary, self.scope]
        code = item["code"]
        for value, program in programs.computed:
            name = f"{code}_{value['key']}"
            found = program.run(*scopes)
            shown = outward(value, found.value) if found.status == "known" else None
            self.computed[name] = shown
            if shown is not None:
                self.scope.set(name, found.value)
            elif found.status in ("known", "error"):
                self.scope.lack([name], "open")
                if summary is None:
                    self.miss(code, code, "calculation", title=item["title"])
            else:
                self.scope.lack([name], found.status)

    def pictures(self, code: str, signatures: bool = False) -> int:
        """How much evidence an item has: photos, files, what is held elsewhere; or its signatures."""
        return self.evidence.get((code, signatures), 0)

    def frozen(self, code: str) -> Mapping[str, Any]:
        """How often the list of a drawn table was frozen, on any phone, and the reasons: `Frozen` of the journal."""
        found: Mapping[str, Any] = self.state.get("frozen", {}).get(code, {"lists": 0, "reasons": []})
        return found

    def miss(self, code: str, path: str, reason: str, **words: Any) -> None:
        """Note what blocks submission; `reason` is a `MissingReason` of types.ts."""
        wording = "row_invalid" if reason == "invalid" and "row" in words else reason
        text = missing_text(wording, **words)
        self.missing.append({"code": code, "path": path, "reason_code": reason, "text": text})

    def result(self) -> dict[str, Any]:
        """The `Evaluation` of types.ts."""
        totals = self.progress.values()
        complete = not self.missing and all(count["done"] == count["total"] for count in totals)
        code, details = outcome.overall(self.findings, self.stated, complete)
        return {
            "visible": self.visible,
            "verdicts": self.verdicts,
            "computed": self.computed,
            "rows": {code: [tables.row_result(row) for row in rows] for code, rows in self.rows.items()},
            "samples": self.samples,
            "findings": self.findings,
            "missing": self.missing,
            "progress": {
                "done": sum(count["done"] for count in totals),
                "total": sum(count["total"] for count in totals),
                "sections": self.progress,
            },
            "result_code": code,
            "result_details": details,
        }


def _true(found: Outcome) -> bool:
    # A condition that cannot be calculated shows the item: hiding it would lose the question.
    return found.status == "error" or found.is_true()


def _fact(fact: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
    """The value of a fact as CEL sees it; the default where the registry is silent or of another type."""
    value: Any = context
    for part in fact["path"].split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    kinds = {"integer": int, "boolean": bool, "date": str, "text": str}
    if type(value) is not kinds[fact["type"]]:
        value = fact["default"]
    if value is None or fact["type"] != "date":
        return value
    try:
        return times.start_of_day(value)
    except BadTime:
        return None if fact["default"] is None else times.start_of_day(fact["default"])


def _counted(evidence: Mapping[str, Any]) -> dict[tuple[str, bool], int]:
    """How much evidence each item has, by (item, whether it is a signature)."""
    count: dict[tuple[str, bool], int] = {}
    for path, entries in evidence.items():
        code = path.split("/")[0]
        for entry in entries:
            purpose = entry["value"]["purpose"]
            if purpose != "record_text":
                key = (code, purpose == "signature")
                count[key] = count.get(key, 0) + 1
    return count


def _conflicts(conflicts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Conflicting paths by item; the keys of the state are "family:path"."""
    found: dict[str, list[str]] = {}
    for key in sorted(conflicts):
        path = key.partition(":")[2]
        paths = found.setdefault(path.split("/")[0], [])
        if path not in paths:
            paths.append(path)
    return found


def _findings(findings: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The officers' findings by item, the item's own first, then those on its rows by path."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for path in sorted(findings):
        value = findings[path]["value"]
        if value is not None:
            found.setdefault(path.split("/")[0], []).append(value)
    return found
