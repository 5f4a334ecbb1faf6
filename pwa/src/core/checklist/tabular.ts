/** The verdict of a table: its sample, its rows, its figures; the mirror of tabular.py. */
import type { Json } from "../canonical";
import type { ItemPrograms } from "./compiled";
import type { Run } from "./run";
import { BadFrame } from "./sample";
import { type Row, RowReader, summaryScope } from "./rows";
import type { TableItem } from "./table-programs";
import { derived, places } from "./tables";
import type { Verdict } from "./types";
import { trimmed } from "./words";

/** Judge a table item: na, unchecked, open while a row or the sample is missing, else by its rule. */
export function judgeTable(run: Run, item: TableItem, programs: ItemPrograms): Verdict {
  const { code } = item;
  const raw = run.state.answers[code]?.value;
  const unchecked = run.unchecked(item, programs, raw);
  if (unchecked !== null) return unchecked;
  const names = run.names(item, programs);
  if (raw === "na") {
    run.scope.lack(names, "absent");
    return "na";
  }
  let drawn: readonly string[] = [];
  if (item.table.source === "drawn") {
    if (!sampled(run, item, raw)) return "open";
    const sample = run.samples.get(code)!;
    drawn = sample.keys;
    if (sample.total === 0) {
      run.scope.lack(names, "absent");
      return "na";
    }
  }
  const rows = readRows(run, item, programs, drawn);
  run.rows.set(code, rows);
  return judgeRows(run, item, programs, rows);
}

/** Draw the sample of a frozen frame; say what is missing when there is none. */
function sampled(run: Run, item: TableItem, raw: Json | undefined): boolean {
  const { code, title } = item;
  const rule = item.table.draw!;
  if (raw === undefined || raw === null) {
    run.miss(code, code, "frame", { title, thing: rule.thing });
    return false;
  }
  try {
    const drawn = run.checklist.draws.sample(run.context.inspection.id, code, rule, raw);
    // A list that was cleared and frozen anew is a further round, whatever number it gives itself.
    const { lists } = run.frozen(code);
    const sample = lists > drawn.round ? { ...drawn, round: lists } : drawn;
    run.samples.set(code, sample);
    if (sample.round > 1 && trimmed((raw as { readonly reason: string }).reason) === "") {
      run.miss(code, code, "redraw_reason", { title });
    }
    return true;
  } catch (error) {
    if (!(error instanceof BadFrame)) throw error;
    run.miss(code, code, "invalid", { title, fault: error.code });
    return false;
  }
}

function readRows(run: Run, item: TableItem, programs: ItemPrograms, drawn: readonly string[]): Row[] {
  const made = derived(item.table, run.entries, run.scope, drawn);
  const listed = run.state.rows[item.code] ?? [];
  const reader = new RowReader(item, programs.table!, run.state.answers, run.entries, run.scope);
  return places(item, run.context.inspection.id, made, listed, run.checklist.draws).map((place) =>
    reader.read(place),
  );
}

function judgeRows(run: Run, item: TableItem, programs: ItemPrograms, rows: readonly Row[]): Verdict {
  const { code } = item;
  const failed = rows.filter((row) => row.verdict === "fail").length;
  run.scope.set(`${code}_rows`, BigInt(rows.length));
  run.scope.set(`${code}_failed`, BigInt(failed));
  const sample = run.samples.get(code);
  if (sample !== undefined) {
    run.scope.set(`${code}_total`, BigInt(sample.total));
    run.scope.set(`${code}_drawn`, BigInt(sample.keys.length));
  }
  const whole = isWhole(run, item, rows);
  run.compute(item, programs, summaryScope(programs.table!, rows));
  if (!whole) {
    for (const name of run.names(item, programs)) run.scope.drop(name, "open");
    return "open";
  }
  let verdict = run.judged(programs, "pass");
  if (verdict === "open" && item.computed.some((value) => run.computed[`${code}_${value.key}`] === null)) {
    run.miss(code, code, "calculation", { title: item.title });
  }
  if (programs.fails === null && failed > 0) verdict = "fail";
  if (verdict === "pass" && rows.some((row) => row.unchecked || row.verdict === "unchecked"))
    return "unchecked";
  return verdict;
}

/** Whether every row can be judged; otherwise say what is missing. */
function isWhole(run: Run, item: TableItem, rows: readonly Row[]): boolean {
  const { code, title, table } = item;
  const before = run.missing.length;
  const have = rows.length;
  if (have < table.min_rows) run.miss(code, code, "too_few_rows", { title, n: table.min_rows, have });
  if (have > table.max_rows) run.miss(code, code, "too_many_rows", { title, n: table.max_rows, have });
  for (const row of rows) {
    const path = `${code}/${row.place.id}`;
    const fault = row.faults[0];
    if (fault !== undefined) run.miss(code, path, "invalid", { title, row: row.place.title, fault });
    else if (row.open.length > 0) {
      run.miss(code, path, "row_open", { title, row: row.place.title, n: row.open.length });
    }
  }
  return run.missing.length === before && rows.every((row) => row.verdict !== "open");
}
