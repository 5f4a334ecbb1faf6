/** A removed row is stated again, with what was said in it: the journal takes nothing back. */
import { headsOfRow, type Entry } from "@/core/journal";
import type { RowValue } from "@/core/journal/types";
import type { OpenInspection, Statement } from "@/app/ports";

/** All that stands of the row at `path` now, and before it the row as it was where somebody has removed it. */
export function rowEntries({ view, entry }: Pick<OpenInspection, "view" | "entry">, path: string): Entry[] {
  const heads = headsOfRow(view.value.state, path).flatMap((id) => entry(id) ?? []);
  const removals = heads.filter(({ kind, value }) => kind === "row" && value === null);
  const before = removals.flatMap(({ replaces }) => replaces.flatMap((id) => entry(id) ?? []));
  return [...before.filter(({ kind }) => kind === "row"), ...heads];
}

/** The statements that bring a row back, first the row itself; of a place with several words the last one. Signs of removal are left out. */
export function restoring(path: string, entries: readonly Entry[]): [row: Statement, ...cells: Statement[]] {
  const byHand: RowValue = { order: 0, source: "hand", key: null };
  let row: Statement = { kind: "row", path, value: byHand };
  const cells = new Map<string, Statement>();
  for (const { kind, path: place, value } of entries) {
    if (value === null) continue;
    if (kind === "row") row = { kind, path, value };
    else cells.set(`${kind}:${place}`, { kind, path: place, value });
  }
  return [row, ...cells.values()];
}
