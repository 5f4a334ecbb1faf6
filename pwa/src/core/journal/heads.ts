/** Which entries still stand: heads that nothing replaces. */
import type { Entry } from "./types";

/** "kind:path" → the entries there that no other replaces, oldest first. */
export type Heads = ReadonlyMap<string, Entry[]>;

/** "kind:path" → the entries there that no other live entry replaces, oldest first. */
export function headsOf(live: readonly Entry[]): Heads {
  const content = new Map<string, Entry>();
  for (const entry of live) if (isHeaded(entry)) content.set(entry.id, entry);
  const replaced = new Set<string>();
  for (const entry of content.values()) {
    for (const id of entry.replaces) {
      const target = content.get(id);
      if (target !== undefined && mayReplace(entry, target)) replaced.add(id);
    }
  }
  const heads = new Map<string, Entry[]>();
  for (const entry of content.values()) {
    if (replaced.has(entry.id)) continue;
    const key = `${entry.kind}:${entry.path}`;
    const found = heads.get(key);
    if (found === undefined) heads.set(key, [entry]);
    else found.push(entry);
  }
  return heads;
}

function isHeaded(entry: Entry): boolean {
  return entry.kind === "answer" || entry.kind === "row" || entry.kind === "finding";
}

/** Only heads of the same family, at or below the path, of the same inspection; a row takes its cells along. */
function mayReplace(entry: Entry, target: Entry): boolean {
  if (entry.kind !== "row" && entry.kind !== target.kind) return false;
  if (entry.inspection !== target.inspection) return false;
  return target.path === entry.path || target.path.startsWith(`${entry.path}/`);
}
