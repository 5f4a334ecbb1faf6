/** One table's rows read: cells, calculated values, verdict; the mirror of a part of tables.py. */
import type { Json } from "../canonical";
import { UNITS } from "./quantities";
import { isTrue, type Program, Scope } from "./scope";
import type { Cells } from "./row-memory";
import type { TableItem, TablePrograms } from "./table-programs";
import type { Place } from "./tables";
import type { Column, ComputedValue, RowResult, RowValue, State, Verdict } from "./types";
import { type Entries, invalid, outward, read, type Reading } from "./values";
import { trimmed } from "./words";

/** One row with its cells read; `open` are required columns without a value, `faults` their codes. */
export class Row {
  readonly scope = new Scope();
  verdict: Verdict = "open";
  readonly values: Record<string, ComputedValue> = {};
  readonly hidden: string[] = [];
  readonly open: string[] = [];
  readonly faults: string[] = [];
  readonly readings = new Map<string, Reading>();
  unchecked = false;

  constructor(
    readonly place: Place,
    readonly units: ReadonlyMap<string, string>,
  ) {}
}

/** Reads the rows of one table: cells first, then row values, then the verdict of the row. */
export class RowReader {
  constructor(
    private readonly item: TableItem,
    private readonly programs: TablePrograms,
    private readonly answers: State["answers"],
    private readonly entries: Entries,
    private readonly outer: Scope,
  ) {
    programs.memory.begin([
      entries.on,
      ...programs.outer.map((name) => outer.values.get(name) ?? `lacks ${outer.reason(name)}`),
    ]);
  }

  read(place: Place): Row {
    const { code, table } = this.item;
    return this.programs.memory.row(
      place,
      () => table.columns.map((column) => `${code}/${place.id}/${column.key}`),
      (path) => this.answers[path]?.value,
      (cells) => this.anew(place, cells),
    );
  }

  private anew(place: Place, cells: Cells): Row {
    const row = new Row(place, this.units(cells));
    row.scope.set("row_key", place.key ?? "");
    this.item.table.columns.forEach((column, at) => this.cell(row, column, cells[at]));
    for (const [value, program] of this.programs.values) this.value(row, value, program);
    row.verdict = this.verdict(row);
    return row;
  }

  /** The unit of calculation that each unit column of this row names. */
  private units(cells: Cells): Map<string, string> {
    const units = new Map<string, string>();
    for (const [name, at] of this.programs.unitColumns) {
      const unit = cells[at];
      if (typeof unit === "string" && UNITS.has(unit)) units.set(name, unit);
    }
    return units;
  }

  private cell(row: Row, column: Column, raw: Json | undefined): void {
    const names = this.programs.names.get(column.key)!;
    const when = this.programs.when.get(column.key);
    if (when !== undefined && !isTrue(when.run(row.scope, this.outer))) {
      row.hidden.push(column.key);
      row.scope.lack(names, "absent");
      return;
    }
    const reading = this.reading(row, column, raw);
    row.readings.set(column.key, reading);
    if (reading.status === "known") {
      for (const [suffix, value] of reading.values) row.scope.set(column.key + suffix, value);
    } else if (reading.status === "unchecked") {
      row.scope.lack(names, "unchecked");
      row.unchecked = true;
      if (trimmed(reading.detail) === "") row.faults.push("unchecked_reason");
    } else if (reading.status === "invalid") {
      row.faults.push(reading.detail);
      row.open.push(column.key);
    } else if (column.required) {
      row.open.push(column.key);
    } else {
      row.scope.lack(names, "absent");
    }
  }

  private reading(row: Row, column: Column, raw: Json | undefined): Reading {
    const chosen = column.among === undefined ? undefined : this.outer.values.get(column.among);
    const among = column.among === undefined ? undefined : new Set((chosen ?? []) as string[]);
    const baseUnit = column.unit_column === undefined ? undefined : row.units.get(column.unit_column);
    if (raw !== undefined && raw !== null && column.unit_column !== undefined && baseUnit === undefined) {
      return invalid("row_unit");
    }
    return read(column, raw, { entries: this.entries, baseUnit, among });
  }

  private value(row: Row, value: RowValue, program: Program): void {
    const found = program.run(row.scope, this.outer);
    const unit = value.unit_column === undefined ? undefined : row.units.get(value.unit_column);
    const shown = found.status === "known" ? outward(value, found.value, unit) : undefined;
    row.values[value.key] = shown ?? null;
    if (found.status === "known" && shown !== undefined) row.scope.set(value.key, found.value);
    else if (found.status === "known" || found.status === "error") row.faults.push("calculation");
    else row.scope.lack([value.key], found.status);
  }

  private verdict(row: Row): Verdict {
    if (row.open.length > 0 || row.faults.length > 0) return "open";
    if (this.programs.fails !== null) {
      const found = this.programs.fails.run(row.scope, this.outer);
      if (isTrue(found)) return "fail";
      if (found.status === "open" || found.status === "unchecked") return found.status;
      if (found.status === "error") {
        row.faults.push("calculation");
        return "open";
      }
    }
    return row.unchecked ? "unchecked" : "pass";
  }
}

/** Each column and row value as the list of what is known of it so far, in row order. */
export function summaryScope(programs: TablePrograms, rows: readonly Row[]): Scope {
  const scope = new Scope();
  for (const name of programs.lists) {
    const known = rows.filter((row) => row.scope.values.has(name));
    scope.set(
      name,
      known.map((row) => row.scope.values.get(name)!),
    );
  }
  return scope;
}

/** The row as the evaluation shows it. */
export function rowResult(row: Row): RowResult {
  const { id, key, title, source } = row.place;
  return {
    id,
    key,
    title,
    source,
    verdict: row.verdict,
    values: row.values,
    hidden: row.hidden,
    open: row.open,
  };
}
