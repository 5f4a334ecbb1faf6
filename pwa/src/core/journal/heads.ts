/** Which entries still stand: heads that nothing replaces, evidence that nobody withdrew. */
import { said } from "./statement";
import type { Entry, EvidenceEntry, EvidenceValue, State, WithdrawnEvidence } from "./types";

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

/** Evidence by path, what is shown and what was withdrawn; of two withdrawals the older is told. */
export function evidenceOf(live: readonly Entry[]): Pick<State, "evidence" | "withdrawn"> {
  const acts = new Map<string, Entry>();
  for (const entry of live) {
    const target = entry.replaces[0];
    if (entry.kind === "withdraw" && target !== undefined && !acts.has(target)) acts.set(target, entry);
  }
  const evidence: Record<string, EvidenceEntry[]> = {};
  const withdrawn: Record<string, WithdrawnEvidence[]> = {};
  for (const entry of live) {
    if (entry.kind !== "evidence") continue;
    const listed = { ...said(entry), value: entry.value as unknown as EvidenceValue };
    const act = acts.get(entry.id);
    if (act !== undefined && act.path === entry.path && act.inspection === entry.inspection) {
      const { reason } = act.value as { reason: string };
      (withdrawn[entry.path] ??= []).push({ ...listed, withdrawal: { ...said(act), reason } });
    } else {
      (evidence[entry.path] ??= []).push(listed);
    }
  }
  return { evidence, withdrawn };
}
