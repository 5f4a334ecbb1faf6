/**
 * Chains: the entries of one device in their order, what a set of entries covers, and what looks odd.
 * The mirror of server/core/journal/chain.py.
 */
import { canonicalBytes } from "../canonical";
import { Refused } from "../refusal";
import { among, fields, integer, many, matching } from "../shapes";
import type { Cover, Entry, Flag, Run, RunBody } from "./types";
import { DEVICE, ID, LARGEST_SEQ, UUID } from "./values";

export type ById = ReadonlyMap<string, Entry>;

export const LONGEST_RUN = 10_000;
const SKEW_LIMIT_MS = 5 * 60 * 1000;

const RUN = fields({
  inspection: UUID,
  device: DEVICE,
  first_seq: integer(1, LARGEST_SEQ),
  ids: many(ID, LONGEST_RUN, 1),
  alg: among("ES256"),
  signature: matching("[A-Za-z0-9_-]{86}"),
});

export class BadRun extends Refused {}

/** Accept a run whose fields are in order (`run_unreadable`); the signature is verified elsewhere. */
export function checkRun(run: unknown): asserts run is Run {
  if (!RUN(run)) throw new BadRun("run_unreadable");
}

/** The bytes that the signature of a run is over. */
export function runBytes({ inspection, device, first_seq, ids }: RunBody): Uint8Array<ArrayBuffer> {
  return canonicalBytes({ inspection, device, first_seq, ids });
}

/** Index entries by id; repeats fall together. */
export function indexed(entries: Iterable<Entry>): Map<string, Entry> {
  const byId = new Map<string, Entry>();
  for (const entry of entries) byId.set(entry.id, entry);
  return byId;
}

/** Describe exactly this set of entries: `covered(cover(s), t)` is s for every t that contains s. */
export function cover(entries: Iterable<Entry>): Cover {
  const byId = indexed(entries);
  const linked = new Set<string>();
  for (const entry of byId.values()) if (entry.prev !== null) linked.add(entry.prev);
  const main = new Map<string, Entry>();
  const tips = [...byId.values()].filter((entry) => !linked.has(entry.id));
  for (const tip of tips) {
    const best = main.get(tip.device);
    if (best === undefined || tip.seq > best.seq || (tip.seq === best.seq && tip.id > best.id)) {
      main.set(tip.device, tip);
    }
  }
  const covers = Object.fromEntries(
    [...main].map(([device, tip]): [string, [number, string]] => [device, [tip.seq, tip.id]]),
  );
  const branches = tips.filter((tip) => main.get(tip.device) !== tip).map((tip) => tip.id);
  const missing = [...linked].filter((id) => !byId.has(id));
  return {
    covers,
    ...(branches.length > 0 && { branches: branches.sort() }),
    ...(missing.length > 0 && { missing: missing.sort() }),
  };
}

/** The ids among `byId` that a cover describes, found by walking every chain back from its tips. */
export function covered(described: Cover, byId: ById): Set<string> {
  const stop = new Set(described.missing);
  const found = new Set<string>();
  for (const start of named(described)) {
    for (let step: string | null = start; step !== null && !found.has(step) && !stop.has(step);) {
      const entry = byId.get(step);
      if (entry === undefined) break;
      found.add(step);
      step = entry.prev;
    }
  }
  return found;
}

/** The ids a cover names or leads to that are not among `byId`, sorted: what is still on its way. */
export function absent(described: Cover, byId: ById): string[] {
  const wanted = new Set(named(described));
  for (const id of covered(described, byId)) {
    const link = byId.get(id)?.prev ?? null;
    if (link !== null) wanted.add(link);
  }
  const knownHoles = new Set(described.missing);
  return [...wanted].filter((id) => !byId.has(id) && !knownHoles.has(id)).sort();
}

function named(described: Cover): string[] {
  return [...Object.values(described.covers).map(([, id]) => id), ...(described.branches ?? [])];
}

/** What a person should look at in the chains, sorted by device, number and code; one skew per device. */
export function flags(byId: ById): Flag[] {
  const found = new Map<string, Flag>();
  const add = (code: Flag["code"], device: string, seq: number): void => {
    found.set(`${device}\n${seq}\n${code}`, { code, device, seq });
  };
  const numbers = new Set<string>();
  const skewed = new Map<string, number>();
  for (const entry of byId.values()) {
    const { device, seq } = entry;
    const place = `${device}\n${seq}`;
    if (numbers.has(place)) add("fork", device, seq);
    numbers.add(place);
    const fault = linkFault(entry, byId);
    if (fault !== null) add(fault, device, fault === "gap" ? seq - 1 : seq);
    if (Math.abs(entry.skew_ms) > SKEW_LIMIT_MS) skewed.set(device, Math.min(seq, skewed.get(device) ?? seq));
  }
  for (const [device, seq] of skewed) add("skew", device, seq);
  return [...found.values()].sort(
    (a, b) => compare(a.device, b.device) || a.seq - b.seq || compare(a.code, b.code),
  );
}

function linkFault(entry: Entry, byId: ById): Flag["code"] | null {
  if (entry.prev === null) return null;
  const before = byId.get(entry.prev);
  if (before === undefined) return "gap";
  if (before.device !== entry.device || before.seq !== entry.seq - 1) return "chain";
  return before.at > entry.at ? "clock" : null;
}

/** Order of ASCII strings, the same in both languages. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
