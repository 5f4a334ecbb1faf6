"""One evaluation: one pass over the items, each reading only what stands above it."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.core.calendar import BadTime
from server.core.checklist import outcome, tables, times
from server.core.checklist.compiled import Checklist, ItemPrograms
from server.core.checklist.messages import missing_text
from server.core.checklist.requirements import require
from server.core.checklist.sample import BadFrame
from server.core.checklist.scope import Outcome, Scope
from server.core.checklist.values import Entries, Reading, Surroundings, outward, read
from server.core.checklist.words import trimmed


class Run:
    """The working of one evaluation."""

    def __init__(self, checklist: Checklist, state: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self.checklist = checklist
        self.state = state
        self.context = context
        started = context["visit_started_at"]
        self.date: str = times.day_of(times.moment(started)).isoformat() if started else context["today"]
        self.laws = checklist.definition["catalogues"]["laws"]
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
        self.headings = 0
        self.evidence = _counted(state["evidence"])
        self.conflicts = _conflicts(state["conflicts"])
        self.texts = _findings(state["findings"])

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
            computed = [f"{item['code']}_{value['key']}" for value in item["computed"]]
            self.scope.lack([*programs.names, *computed], "absent")
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

    def _answered(self, item: Mapping[str, Any], programs: ItemPrograms) -> str:
        kind = item["type"]
        if kind == "auto":
            self._compute(item, programs)
            return self._judged(programs, "pass", absent="na")
        if kind == "table":
            return self._table(item, programs)
        raw = self.answers.get(item["code"], {}).get("value")
        if kind in ("photo", "signature"):
            return self._pictured(item, programs, raw)
        return self._scalar(item, programs, raw)

    def _pictured(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        code = item["code"]
        have = self.evidence.get((code, item["type"] == "signature"), 0)
        self.scope.set(f"{code}_photos", have)
        reading = self.readings[code] = read({"type": "none"}, raw, Surroundings(self.entries))
        if reading.status == "unchecked":
            return self._unchecked(item, reading)
        if have == 0:
            self.readings.pop(code)
            return "open"
        self._compute(item, programs)
        return self._judged(programs, "pass", absent="pass")

    def _scalar(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        code = item["code"]
        among = frozenset(self.scope.values.get(item["among"], ())) if "among" in item else None
        reading = self.readings[code] = read(item, raw, Surroundings(self.entries, None, among))
        if reading.status == "known":
            for suffix, value in reading.values.items():
                self.scope.set(code + suffix, value)
            self._compute(item, programs)
            return self._judged_choice(item, programs, raw)
        computed = [f"{code}_{value['key']}" for value in item["computed"]]
        self.scope.lack([*programs.names, *computed], "open" if reading.status == "invalid" else reading.status)
        if reading.status == "unchecked":
            return self._unchecked(item, reading)
        if reading.status == "invalid":
            self.miss(code, code, "invalid", title=item["title"], fault=reading.detail)
        return "open"

    def _unchecked(self, item: Mapping[str, Any], reading: Reading) -> str:
        computed = [f"{item['code']}_{value['key']}" for value in item["computed"]]
        self.scope.lack([*self.checklist.programs(item).names, *computed], "unchecked")
        if not trimmed(reading.detail):
            self.miss(item["code"], item["code"], "unchecked_reason", title=item["title"])
            return "open"
        return "unchecked"

    def _judged_choice(self, item: Mapping[str, Any], programs: ItemPrograms, raw: Any) -> str:
        stated = raw if item["type"] == "choice" and not item.get("options") and "catalogue" not in item else None
        for option in item.get("options", ()):
            if item["type"] == "choice" and option["key"] == raw:
                stated = option.get("verdict")
                if "result" in option:
                    self.stated.append(option["result"])
        if stated in ("fail", "na"):
            return str(stated)
        return self._judged(programs, "pass", absent="pass")

    def _judged(self, programs: ItemPrograms, otherwise: str, *, absent: str) -> str:
        """fail if the rule says so; open, unchecked while it cannot say; `otherwise` if it does not."""
        if programs.fails is None:
            return otherwise
        found = programs.fails.run(self.scope)
        if found.status == "known":
            return "fail" if found.is_true() else otherwise
        return {"open": "open", "error": "open", "unchecked": "unchecked"}.get(found.status, absent)

    def _compute(self, item: Mapping[str, Any], programs: ItemPrograms, *scopes: Scope, quiet: bool = False) -> None:
        code = item["code"]
        for value, program in programs.computed:
            name = f"{code}_{value['key']}"
            found = program.run(*scopes, self.scope)
            shown = outward(value, found.value) if found.status == "known" else None
            self.computed[name] = shown
            if shown is not None:
                self.scope.set(name, found.value)
            elif found.status in ("known", "error"):
                self.scope.lack([name], "open")
                if not quiet:
                    self.miss(code, code, "calculation", title=item["title"])
            else:
                self.scope.lack([name], found.status)

    def _table(self, item: Mapping[str, Any], programs: ItemPrograms) -> str:
        code = item["code"]
        computed = [f"{code}_{value['key']}" for value in item["computed"]]
        names = [*programs.names, *computed]
        raw = self.answers.get(code, {}).get("value")
        if isinstance(raw, Mapping) and set(raw) == {"unchecked"}:
            reading = self.readings[code] = read({"type": "none"}, raw, Surroundings(self.entries))
            return self._unchecked(item, reading)
        drawn: Sequence[str] = ()
        if raw != "na" and item["table"]["source"] == "drawn":
            self.scope.lack(names, "open")
            if not self._sampled(item, raw):
                return "open"
            drawn = self.samples[code]["keys"]
            if not self.samples[code]["total"]:
                raw = "na"
        if raw == "na":
            self.scope.lack(names, "absent")
            return "na"
        self._rows(item, programs, drawn)
        return self._judged_table(item, programs, names)

    def _sampled(self, item: Mapping[str, Any], raw: Any) -> bool:
        """Draw the sample of a frozen frame; say what is missing when there is none."""
        code, rule = item["code"], item["table"]["draw"]
        if raw is None:
            self.miss(code, code, "frame", title=item["title"], thing=rule["thing"])
            return False
        try:
            self.samples[code] = tables.draw_sample(self.inspection, code, rule, raw)
        except BadFrame as fault:
            self.miss(code, code, "invalid", title=item["title"], fault=fault.code)
            return False
        if raw["round"] > 1 and not trimmed(raw["reason"]):
            self.miss(code, code, "redraw_reason", title=item["title"])
        return True

    def _rows(self, item: Mapping[str, Any], programs: ItemPrograms, drawn: Sequence[str]) -> None:
        assert programs.table is not None
        made = list(tables.derived(item["table"], self.entries, self.scope, drawn))
        listed = self.state["rows"].get(item["code"], ())
        reader = tables.RowReader(item, programs.table, self.answers, self.entries, self.scope)
        places = tables.places(item, self.inspection, made, listed)
        self.rows[item["code"]] = [reader.read(place) for place in places]

    def _judged_table(self, item: Mapping[str, Any], programs: ItemPrograms, names: Sequence[str]) -> str:
        assert programs.table is not None
        code, rows = item["code"], self.rows[item["code"]]
        own = {f"{code}_rows": len(rows), f"{code}_failed": sum(row.verdict == "fail" for row in rows)}
        if code in self.samples:
            own |= {f"{code}_total": self.samples[code]["total"], f"{code}_drawn": len(self.samples[code]["keys"])}
        for name, value in own.items():
            self.scope.set(name, value)
        whole = self._whole(item, rows)
        summary = tables.summary_scope(programs.table, rows)
        self._compute(item, programs, summary, quiet=not whole)
        if not whole:
            for name in names:
                self.scope.drop(name, "open")
            return "open"
        verdict = self._judged(programs, "pass", absent="pass")
        if programs.fails is None and own[f"{code}_failed"]:
            verdict = "fail"
        if verdict == "pass" and any(row.unchecked or row.verdict == "unchecked" for row in rows):
            return "unchecked"
        return verdict

    def _whole(self, item: Mapping[str, Any], rows: Sequence[tables.Row]) -> bool:
        """Whether every row can be judged; otherwise say what is missing."""
        code, title, table = item["code"], item["title"], item["table"]
        before = len(self.missing)
        if len(rows) < table["min_rows"]:
            self.miss(code, code, "too_few_rows", title=title, n=table["min_rows"], have=len(rows))
        if len(rows) > table["max_rows"]:
            self.miss(code, code, "too_many_rows", title=title, n=table["max_rows"], have=len(rows))
        for row in rows:
            path, name = f"{code}/{row.place.id}", row.place.title
            if row.faults:
                self.miss(code, path, "invalid", title=title, row=name, fault=row.faults[0])
            elif row.open:
                self.miss(code, path, "row_open", title=title, row=name, n=len(row.open))
        return len(self.missing) == before and all(row.verdict != "open" for row in rows)

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


def _findings(findings: Mapping[str, Any]) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """The officers' findings by item, the item's own first, then those on its rows by path."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for path in sorted(findings):
        value = findings[path]["value"]
        if value is not None:
            found.setdefault(path.split("/")[0], []).append((path, value))
    return found
