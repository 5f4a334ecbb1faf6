/**
 * Tables: which rows there are, what their cells say, what is computed over them; the mirror of
 * server/core/checklist/tables.py. Rows that the system makes are derived from definition and frame.
 */
import { digest, type Json } from "../canonical";
import { UNITS } from "./quantities";
import { draw, frameOf, rowId, sizeOf } from "./sample";
import { AnyOf, isTrue, Program, Scope } from "./scope";
import type {
  CelEnvironment,
  CelFunction,
  CelType,
  Column,
  Compile,
  Computed,
  ComputedValue,
  Draw,
  Expression,
  Item,
  RowResult,
  RowValue,
  Sample,
  State,
  Table,
  Verdict,
} from "./types";
import { celTypes, COMPUTED_CEL, type Entries, invalid, outward, read, type Reading } from "./values";
import { trimmed } from "./words";

/** One row before its cells are read. */
export interface Place {
  readonly id: string;
  readonly key: string | null;
  readonly title: string;
  readonly source: RowResult["source"];
}

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

/** An item that has a table. */
export type TableItem = Item & { readonly table: Table };

/** The compiled side of one table. */
export class TablePrograms {
  readonly lists: readonly string[];
  readonly when = new Map<string, Program>();
  readonly values: readonly (readonly [RowValue, Program])[];
  readonly fails: AnyOf | null;
  readonly computed: readonly (readonly [Computed, Program])[];
  readonly names = new Map<string, readonly string[]>();

  constructor(
    item: TableItem,
    globals: Readonly<Record<string, CelType>>,
    functions: readonly CelFunction[],
    compile: Compile,
    attributes: (catalogue: string) => readonly string[],
  ) {
    const table = item.table;
    const rowTypes: Record<string, CelType> = { row_key: "string" };
    for (const column of table.columns) {
      const types = celTypes(column, column.key, attributes);
      Object.assign(rowTypes, types);
      this.names.set(column.key, Object.keys(types));
    }
    for (const value of table.values) rowTypes[value.key] = COMPUTED_CEL[value.type]!;
    const scalars = Object.entries(rowTypes).filter(([, type]) => !type.startsWith("list"));
    this.lists = scalars.map(([name]) => name);
    const lists = Object.fromEntries(scalars.map(([name, type]) => [name, `list<${type}>` as CelType]));
    const used = outerNames(item, globals);
    const rows: CelEnvironment = { variables: { ...used, ...rowTypes }, functions };
    const summary: CelEnvironment = { variables: { ...used, ...lists }, functions };
    for (const column of table.columns) {
      if (column.when !== undefined) this.when.set(column.key, new Program(column.when, rows, compile));
    }
    this.values = table.values.map((value) => [value, new Program(value, rows, compile)]);
    this.fails =
      table.row_fails_when === undefined
        ? null
        : new AnyOf(table.row_fails_when.map((rule) => new Program(rule, rows, compile)));
    this.computed = item.computed.map((value) => [value, new Program(value, summary, compile)]);
  }
}

/** Of all variables only those that the table's expressions name: small environments build fast. */
function outerNames(item: TableItem, globals: Readonly<Record<string, CelType>>): Record<string, CelType> {
  const expressions: Expression[] = [...item.table.values, ...item.computed];
  for (const column of item.table.columns) if (column.when !== undefined) expressions.push(column.when);
  expressions.push(...(item.table.row_fails_when ?? []));
  const names = new Set(expressions.flatMap((expression) => expression.needs));
  return Object.fromEntries(Object.entries(globals).filter(([name]) => names.has(name)));
}

/**
 * Samples and row ids of one checklist, remembered: they depend on nothing but inspection, item and frame,
 * and a phone evaluates on every keystroke.
 */
export class Draws {
  private readonly samples = new Map<
    string,
    { readonly frame: string; readonly sample: Omit<Sample, "round"> }
  >();
  private readonly ids = new Map<string, string>();

  /** The sample of a frozen frame. Throws BadFrame. */
  sample(inspection: string, code: string, rule: Draw, answer: Json): Sample {
    const things = frameOf(answer, rule.frame);
    const round = (answer as { readonly round: number }).round;
    const frame = things.join("\n");
    const known = this.samples.get(`${inspection} ${code}`);
    if (known?.frame === frame) return { ...known.sample, round };
    const keys = draw(inspection, code, things, sizeOf(things.length, rule));
    const sample = { digest: digest(things), total: things.length, keys };
    this.samples.set(`${inspection} ${code}`, { frame, sample });
    return { ...sample, round };
  }

  rowId(inspection: string, code: string, key: string): string {
    const name = `${inspection} ${code}/${key}`;
    let id = this.ids.get(name);
    if (id === undefined) {
      id = rowId(inspection, code, key);
      this.ids.set(name, id);
    }
    return id;
  }
}

/** The (key, title) of every row that the system makes, in order. */
export function derived(
  table: Table,
  entries: Entries,
  scope: Scope,
  drawn: readonly string[],
): (readonly [string, string])[] {
  switch (table.source) {
    case "fixed":
      return table.fixed!.map((row) => [row.key, row.title.zh]);
    case "catalogue":
      return [...entries.of(table.catalogue!)].map(([key, entry]) => [key, entry.title.zh]);
    case "chosen": {
      const known = entries.of(table.catalogue!);
      const keys = (scope.values.get(table.chosen!) ?? []) as string[];
      return keys.map((key) => [key, known.get(key)!.title.zh]);
    }
    case "drawn":
      return drawn.map((key) => [key, key]);
    default:
      return [];
  }
}

/** All rows: those the system makes, then those listed in the journal that it did not make. */
export function places(
  item: TableItem,
  inspection: string,
  made: readonly (readonly [string, string])[],
  listed: readonly string[],
  draws: Draws,
): Place[] {
  const table = item.table;
  const source = table.source === "drawn" ? "drawn" : "catalogue";
  const rows: Place[] = made.map(([key, title]) => ({
    id: draws.rowId(inspection, item.code, key),
    key,
    title,
    source,
  }));
  if (table.source !== "hand" && !table.hand_rows) return rows;
  const known = new Set(rows.map((row) => row.id));
  const byHand = listed.filter((row) => !known.has(row));
  return rows.concat(
    byHand.map((id, index) => ({
      id,
      key: null,
      title: `第${index + 1}${table.row_title.zh}`,
      source: "hand",
    })),
  );
}

/** Reads the rows of one table: cells first, then row values, then the verdict of the row. */
export class RowReader {
  private readonly unitColumns: ReadonlySet<string>;

  constructor(
    private readonly item: TableItem,
    private readonly programs: TablePrograms,
    private readonly answers: State["answers"],
    private readonly entries: Entries,
    private readonly outer: Scope,
  ) {
    this.unitColumns = new Set(item.table.columns.flatMap((column) => column.unit_column ?? []));
  }

  read(place: Place): Row {
    const row = new Row(place, this.units(place));
    row.scope.set("row_key", place.key ?? "");
    for (const column of this.item.table.columns) this.cell(row, column);
    for (const [value, program] of this.programs.values) this.value(row, value, program);
    row.verdict = this.verdict(row);
    return row;
  }

  /** The unit of calculation that each unit column of this row names. */
  private units(place: Place): Map<string, string> {
    const units = new Map<string, string>();
    for (const name of this.unitColumns) {
      const unit = this.raw(place, name);
      if (typeof unit === "string" && UNITS.has(unit)) units.set(name, unit);
    }
    return units;
  }

  private raw(place: Place, column: string): Json | undefined {
    return this.answers[`${this.item.code}/${place.id}/${column}`]?.value;
  }

  private cell(row: Row, column: Column): void {
    const names = this.programs.names.get(column.key)!;
    const when = this.programs.when.get(column.key);
    if (when !== undefined && !isTrue(when.run(row.scope, this.outer))) {
      row.hidden.push(column.key);
      row.scope.lack(names, "absent");
      return;
    }
    const reading = this.reading(row, column, this.raw(row.place, column.key));
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
