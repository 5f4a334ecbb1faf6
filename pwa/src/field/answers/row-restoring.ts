/** A removed row is stated again, with what was said in it: the journal takes nothing back. */
import { headsAt, headsOfRow, type Entry } from "@/core/journal";
import type { RowValue } from "@/core/journal/types";
import type { OpenInspection, Statement } from "@/app/ports";

/** All that stands of the row at `path` now, and before it what went with it where somebody has removed it. */
export function rowEntries({ view, entry }: Pick<OpenInspection, "view" | "entry">, path: string): Entry[] {
  const heads = headsOfRow(view.value.state, path).flatMap((id) => entry(id) ?? []);
  const removals = heads.filter(({ kind, value }) => kind === "row" && value === null);
  const before = removals.flatMap(({ replaces }) => replaces.flatMap((id) => entry(id) ?? []));
  return [...before, ...heads];
}

/**
 * The statements that bring a row back, first the row itself; of a place with several words the last one, nothing where
 * that was cleared. Signs of removal are left out.
 */
export function restoring(path: string, entries: readonly Entry[]): [row: Statement, ...cells: Statement[]] {
  const byHand: RowValue = { order: 0, source: "hand", key: null };
  let row: Statement = { kind: "row", path, value: byHand };
  const cells = new Map<string, Statement>();
  for (const { kind, path: place, value } of entries) {
    if (kind !== "row") cells.set(`${kind}:${place}`, { kind, path: place, value });
    else if (value !== null) row = { kind, path, value };
  }
  return [row, ...[...cells.values()].filter(({ value }) => value !== null)];
}

/** The statements that keep a row that one removed while another filled it in: what stands in it stays as it is. */
export function keeping(
  { view, entry }: Pick<OpenInspection, "view" | "entry">,
  path: string,
): [row: Statement, ...cells: Statement[]] {
  const [row, ...cells] = restoring(path, rowEntries({ view, entry }, path));
  const gone = ({ kind, path: place }: Statement): boolean =>
    headsAt(view.value.state, kind as "answer" | "finding", place).length === 0;
  return [row, ...cells.filter(gone)];
}
