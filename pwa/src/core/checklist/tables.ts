/**
 * Tables: which rows there are; the mirror of a part of server/core/checklist/tables.py. Rows that the system
 * makes are derived from definition and frame.
 */
import { digest, type Json } from "../canonical";
import { draw, frameOf, rowId, sizeOf } from "./sample";
import type { Scope } from "./scope";
import type { TableItem } from "./table-programs";
import type { Draw, RowResult, Sample, Table } from "./types";
import type { Entries } from "./values";

/** One row before its cells are read. */
export interface Place {
  readonly id: string;
  readonly key: string | null;
  readonly title: string;
  readonly source: RowResult["source"];
}

/**
 * Samples and row ids of one checklist, remembered: they depend on nothing but inspection, item and frame,
 * and a phone evaluates on every keystroke.
 */
export class Draws {
  private readonly samples = new Map<string, { readonly answer: Json; readonly sample: Sample }>();
  private readonly ids = new Map<string, string>();

  /** The sample of a frozen frame. Throws BadFrame. */
  sample(inspection: string, code: string, rule: Draw, answer: Json): Sample {
    const known = this.samples.get(`${inspection} ${code}`);
    if (known?.answer === answer) return known.sample;
    const things = frameOf(answer, rule.frame);
    const sample: Sample = {
      digest: digest(things),
      total: things.length,
      keys: draw(inspection, code, things, sizeOf(things.length, rule)),
      round: (answer as { readonly round: number }).round,
    };
    this.samples.set(`${inspection} ${code}`, { answer, sample });
    return sample;
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
