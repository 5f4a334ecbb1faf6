/** A removed row is stated again, with what was said in it: the journal takes nothing back. */
import { headsOfRow, type Entry } from "@/core/journal";
import type { RowValue } from "@/core/journal/types";
import type { OpenInspection, Statement } from "@/app/ports";

/** All that stands of the row at `path` now, to be stated again after its removal. */
export function rowEntries({ view, entry }: Pick<OpenInspection, "view" | "entry">, path: string): Entry[] {
  return headsOfRow(view.value.state, path).flatMap((id) => entry(id) ?? []);
}

/** The statements that bring a row back; of a place with several words the last one. Signs of removal are left out. */
export function restoring(path: string, entries: readonly Entry[]): Statement[] {
  const said = new Map<string, Statement>();
  const row: RowValue = { order: 0, source: "hand", key: null };
  said.set(`row:${path}`, { kind: "row", path, value: row });
  for (const { kind, path: place, value } of entries) {
    if (value !== null) said.set(`${kind}:${place}`, { kind, path: place, value });
  }
  return [...said.values()];
}
