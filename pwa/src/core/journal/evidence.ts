/**
 * Evidence as it stands: what is shown, what was withdrawn, and the marks that people drew over it. The mirror of
 * server/core/journal/evidence.py.
 *
 * Bytes are never touched. A `mark` is one person's layer over one photo: it names the evidence entry, and in
 * `replaces` the same person's layers before it. Nobody takes away another's marks, so layers never conflict.
 */
import { said } from "./statement";
import type {
  Entry,
  EvidenceEntry,
  EvidenceValue,
  Mark,
  MarkLayer,
  MarkValue,
  State,
  WithdrawnEvidence,
} from "./types";

/** Evidence by path, what is shown and what was withdrawn; of two withdrawals the older is told. */
export function evidenceOf(live: readonly Entry[]): Pick<State, "evidence" | "withdrawn"> {
  const acts = new Map<string, Entry>();
  for (const entry of live) {
    const target = entry.replaces[0];
    if (entry.kind === "withdraw" && target !== undefined && !acts.has(target)) acts.set(target, entry);
  }
  const layers = layersOf(live);
  const evidence: Record<string, EvidenceEntry[]> = {};
  const withdrawn: Record<string, WithdrawnEvidence[]> = {};
  for (const entry of live) {
    if (entry.kind !== "evidence") continue;
    const marked = (layers.get(entry.id) ?? []).filter((drawn) => belongs(drawn, entry)).map(layer);
    const listed = {
      ...said(entry),
      value: entry.value as unknown as EvidenceValue,
      ...(marked.length === 0 ? {} : { marked }),
    };
    const act = acts.get(entry.id);
    if (act !== undefined && belongs(act, entry)) {
      const { reason } = act.value as { reason: string };
      (withdrawn[entry.path] ??= []).push({ ...listed, withdrawal: { ...said(act), reason } });
    } else {
      (evidence[entry.path] ??= []).push(listed);
    }
  }
  return { evidence, withdrawn };
}

/** The layers that this person's next one over the photo takes the place of: what it has to name in `replaces`. */
export function ownLayers(state: State, path: string, photo: string, author: string): MarkLayer[] {
  const listed = (state.evidence[path] ?? []).find(({ id }) => id === photo);
  return (listed?.marked ?? []).filter((drawn) => drawn.author === author);
}

/** Everything that is drawn over a photo: what its entry brought along, then people's layers, oldest first. */
export function marksOver({ value, marked }: EvidenceEntry): Mark[] {
  const brought = "marks" in value ? (value.marks ?? []) : [];
  return [...brought, ...(marked ?? []).flatMap(({ marks }) => marks)];
}

/** Evidence entry → the layers over it that their own author has not replaced; empty ones are gone. */
function layersOf(live: readonly Entry[]): ReadonlyMap<string, Entry[]> {
  const drawn = new Map<string, Entry>();
  for (const entry of live) if (entry.kind === "mark") drawn.set(entry.id, entry);
  const replaced = new Set<string>();
  for (const entry of drawn.values()) {
    for (const id of entry.replaces) {
      const before = drawn.get(id);
      if (before !== undefined && redrawn(before, entry)) replaced.add(id);
    }
  }
  const layers = new Map<string, Entry[]>();
  for (const entry of drawn.values()) {
    const { photo, marks } = valueOf(entry);
    if (replaced.has(entry.id) || marks.length === 0) continue;
    layers.set(photo, [...(layers.get(photo) ?? []), entry]);
  }
  return layers;
}

function redrawn(before: Entry, after: Entry): boolean {
  return before.author === after.author && valueOf(before).photo === valueOf(after).photo;
}

function layer(entry: Entry): MarkLayer {
  return { ...said(entry), marks: valueOf(entry).marks };
}

function valueOf(entry: Entry): MarkValue {
  return entry.value as unknown as MarkValue;
}

function belongs(act: Entry, evidence: Entry): boolean {
  return act.path === evidence.path && act.inspection === evidence.inspection;
}
