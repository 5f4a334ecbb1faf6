/** What of the folded journal belongs to which item; the mirror of a part of run.py. */
import type { FindingWords, State } from "./types";

/** How much evidence each item has; signatures apart. */
export function counted(evidence: State["evidence"]): Map<string, number> {
  const count = new Map<string, number>();
  for (const [path, entries] of Object.entries(evidence)) {
    const code = path.split("/")[0]!;
    for (const { value } of entries) {
      if (value.purpose === "record_text") continue;
      const key = value.purpose === "signature" ? `${code} signature` : code;
      count.set(key, (count.get(key) ?? 0) + 1);
    }
  }
  return count;
}

/** Conflicting paths by item; the keys of the state are "family:path". */
export function conflictsByItem(conflicts: State["conflicts"]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const key of Object.keys(conflicts).sort()) {
    const path = key.slice(key.indexOf(":") + 1);
    const code = path.split("/")[0]!;
    const paths = found.get(code) ?? [];
    if (!paths.includes(path)) found.set(code, [...paths, path]);
  }
  return found;
}

/** The officers' findings by item, the item's own first, then those on its rows by path. */
export function findingsByItem(findings: State["findings"]): Map<string, FindingWords[]> {
  const found = new Map<string, FindingWords[]>();
  for (const path of Object.keys(findings).sort()) {
    const value = findings[path]!.value;
    const code = path.split("/")[0]!;
    if (value !== null) found.set(code, [...(found.get(code) ?? []), value]);
  }
  return found;
}
