"""The verdict of a table: its sample, its rows, its figures."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from server.core.checklist import tables
from server.core.checklist.sample import BadFrame
from server.core.checklist.words import trimmed

if TYPE_CHECKING:
    from server.core.checklist.compiled import ItemPrograms
    from server.core.checklist.run import Run


def judge_table(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms") -> str:
    """Judge a table item: na, unchecked, open while a row or the sample is missing, else by its rule."""
    code = item["code"]
    raw = run.answers.get(code, {}).get("value")
    unchecked = run.unchecked(item, programs, raw)
    if unchecked is not None:
        return unchecked
    names = run.names(item, programs)
    if raw == "na":
        run.scope.lack(names, "absent")
        return "na"
    drawn: Sequence[str] = ()
    if item["table"]["source"] == "drawn":
        if not _sampled(run, item, raw):
            return "open"
        drawn = run.samples[code]["keys"]
        if run.samples[code]["total"] == 0:
            run.scope.lack(names, "absent")
            return "na"
    rows = run.rows[code] = _read_rows(run, item, programs, drawn)
    return _judge_rows(run, item, programs, rows)


def _sampled(run: "Run", item: Mapping[str, Any], raw: Any) -> bool:
    """Draw the sample of a frozen frame; say what is missing when there is none."""
    code, title, rule = item["code"], item["title"], item["table"]["draw"]
    if raw is None:
        run.miss(code, code, "frame", title=title, thing=rule["thing"])
        return False
    try:
        drawn = tables.draw_sample(run.inspection, code, rule, raw)
    except BadFrame as fault:
        run.miss(code, code, "invalid", title=title, fault=fault.code)
        return False
    # A list that was cleared and frozen anew is a further round, whatever number it gives itself.
    drawn["round"] = max(drawn["round"], run.frozen(code)["lists"])
    run.samples[code] = drawn
    if drawn["round"] > 1 and not trimmed(raw["reason"]):
        run.miss(code, code, "redraw_reason", title=title)
    return True


def _read_rows(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms", drawn: Sequence[str]) -> list[tables.Row]:
    assert programs.table is not None
    made = tables.derived(item["table"], run.entries, run.scope, drawn)
    listed = run.state["rows"].get(item["code"], ())
    reader = tables.RowReader(item, programs.table, run.answers, run.entries, run.scope)
    return [reader.read(place) for place in tables.places(item, run.inspection, list(made), listed)]


def _judge_rows(run: "Run", item: Mapping[str, Any], programs: "ItemPrograms", rows: Sequence[tables.Row]) -> str:
    assert programs.table is not None
    code = item["code"]
    failed = sum(row.verdict == "fail" for row in rows)
    run.scope.set(f"{code}_rows", len(rows))
    run.scope.set(f"{code}_failed", failed)
    if code in run.samples:
        run.scope.set(f"{code}_total", run.samples[code]["total"])
        run.scope.set(f"{code}_drawn", len(run.samples[code]["keys"]))
    whole = _is_whole(run, item, rows)
    run.compute(item, programs, tables.summary_scope(programs.table, rows))
    if not whole:
        # Running figures are shown, but nothing may be decided on a table that is half filled in.
        for name in run.names(item, programs):
            run.scope.drop(name, "open")
        return "open"
    verdict = run.judged(programs, "pass")
    if verdict == "open" and any(run.computed[f"{code}_{value['key']}"] is None for value in item["computed"]):
        run.miss(code, code, "calculation", title=item["title"])
    if programs.fails is None and failed:
        verdict = "fail"
    if verdict == "pass" and any(row.unchecked or row.verdict == "unchecked" for row in rows):
        return "unchecked"
    return verdict


def _is_whole(run: "Run", item: Mapping[str, Any], rows: Sequence[tables.Row]) -> bool:
    """Whether every row can be judged; otherwise say what is missing."""
    code, title, table = item["code"], item["title"], item["table"]
    before = len(run.missing)
    if len(rows) < table["min_rows"]:
        run.miss(code, code, "too_few_rows", title=title, n=table["min_rows"], have=len(rows))
    if len(rows) > table["max_rows"]:
        run.miss(code, code, "too_many_rows", title=title, n=table["max_rows"], have=len(rows))
    for row in rows:
        path, name = f"{code}/{row.place.id}", row.place.title
        if row.faults:
            run.miss(code, path, "invalid", title=title, row=name, fault=row.faults[0])
        elif row.open:
            run.miss(code, path, "row_open", title=title, row=name, n=len(row.open))
    return len(run.missing) == before and all(row.verdict != "open" for row in rows)
