/**
 * What a standing statement took the place of, when that was somebody else's word: replaced alone, or settled out of
 * two that stood side by side. Read backwards from the heads of one place: nothing here walks the journal.
 */
import { canonical } from "../canonical";
import { oldestFirst } from "./statement";
import type { Comment, Entry, State } from "./types";

export type EntryOf = (id: string) => Entry | undefined;

export interface Trace {
  /** settled: one of several was chosen, with a reason · replaced: another's word gave way unasked. */
  readonly how: "settled" | "replaced";
  /** The statement that stands now; of a settlement the one that settled. */
  readonly entry: Entry;
  /** What it took the place of and what says something else, oldest first. */
  readonly before: readonly Entry[];
  /** Of a settlement: all that stood side by side, the chosen one too. */
  readonly sides?: readonly Entry[];
}

/** How a difference was settled: a statement that named several different ones, or that kept or removed a filled row. */
export interface Settlement {
  readonly entry: Entry;
  /** What stood side by side before, oldest first. */
  readonly sides: readonly Entry[];
  /** The comment made with it: the reason. */
  readonly reason: string | null;
}

const HEADED: ReadonlySet<string> = new Set(["answer", "row", "finding"]);

/** The trace of what stands at one place (`heads` of one path and kind); null when nobody else's word gave way. */
export function traceOf(heads: readonly string[], entryOf: EntryOf): Trace | null {
  for (const id of heads) {
    const entry = entryOf(id);
    const trace = entry === undefined ? null : tracedFrom(entry, entryOf);
    if (trace !== null) return trace;
  }
  return null;
}

/** Who changes his own words again has still replaced what stood there before his first. */
function tracedFrom(head: Entry, entryOf: EntryOf): Trace | null {
  for (let step: Entry | undefined = head; step !== undefined;) {
    const replaced = replacedBy(step, entryOf);
    if (areDifferent(replaced)) {
      // Who settled it and then says something else himself has chosen anew.
      const chosen: Entry = head.value === null ? step : head;
      const before = replaced.filter((one) => canonical(one.value) !== canonical(chosen.value));
      return { how: "settled", entry: chosen, before, sides: replaced };
    }
    const others = replaced.filter(({ author }) => author !== head.author);
    if (others.length > 0) {
      const said = canonical(head.value);
      const before = others.filter((one) => canonical(one.value) !== said && one.value !== null);
      return before.length === 0 ? null : { how: "replaced", entry: head, before };
    }
    step = replaced[0];
  }
  return null;
}

/** Every settlement among the entries, in their order. */
export function settlements(entries: readonly Entry[], comments: readonly Comment[]): Settlement[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return entries.flatMap((entry) => {
    if (!HEADED.has(entry.kind) || entry.replaces.length === 0) return [];
    const named = replacedBy(entry, (id) => byId.get(id));
    const sides = areDifferent(named) ? named : sidesOfRow(entry, named, entries);
    if (sides.length === 0) return [];
    return [{ entry, sides, reason: reasonOf(entry, comments)?.text ?? null }];
  });
}

/**
 * The sides of a removed row that was kept or removed for good: its removal, and what somebody had filled in without
 * knowing of that. Whoever keeps the row names the removal alone, for the cells stay.
 */
function sidesOfRow(entry: Entry, named: readonly Entry[], entries: readonly Entry[]): Entry[] {
  const removals = named.filter(({ kind, value }) => kind === "row" && value === null);
  if (removals.length === 0) return [];
  const earlier = entries.filter((one) => oldestFirst(one, entry) < 0);
  const gone = new Set(earlier.flatMap(({ replaces }) => replaces));
  const filled = earlier.filter(
    (one) =>
      (one.kind === "answer" || one.kind === "finding") &&
      `${one.path}/`.startsWith(`${entry.path}/`) &&
      one.value !== null &&
      !gone.has(one.id),
  );
  return filled.length === 0 ? [] : [...removals, ...filled].sort(oldestFirst);
}

/** A row that is gone, and what others had said of it or in it. */
export interface Removal {
  readonly entry: Entry;
  /** All that went with it and said something, the remover's own words too; oldest first. */
  readonly before: readonly Entry[];
}

/** What went with a removed row (`heads` of its path); null when nobody but its remover had said anything there. */
function removalOf(heads: readonly string[], entryOf: EntryOf): Removal | null {
  for (const id of heads) {
    const entry = entryOf(id);
    if (entry?.kind !== "row" || entry.value !== null) continue;
    const before = entry.replaces
      .flatMap((gone) => entryOf(gone) ?? [])
      .filter(({ value }) => value !== null)
      .sort(oldestFirst);
    if (before.some(({ author }) => author !== entry.author)) return { entry, before };
  }
  return null;
}

/** The rows of a table that are gone together with what another than their remover had said there. */
export function removalsAt(item: string, cleared: State["cleared"], entryOf: EntryOf): Removal[] {
  return Object.entries(cleared).flatMap(([key, heads]) =>
    key.startsWith(`row:${item}/`) ? (removalOf(heads, entryOf) ?? []) : [],
  );
}

/** The comment that was made with a settlement. */
export function reasonOf(entry: Entry, comments: readonly Comment[]): Comment | undefined {
  return comments.find((one) => one.path === entry.path && one.author === entry.author && one.at >= entry.at);
}

/**
 * What an entry names that is of its own place and kind, oldest first. Who chooses anew names the sides once more
 * together with the choice that gives way: that choice is no side.
 */
function replacedBy(entry: Entry, entryOf: EntryOf): Entry[] {
  const named = entry.replaces
    .flatMap((id) => entryOf(id) ?? [])
    .filter((one) => one.path === entry.path && one.kind === entry.kind)
    .sort(oldestFirst);
  const ids = new Set(entry.replaces);
  const sides = named.filter((one) => !one.replaces.some((id) => ids.has(id)));
  return sides.length > 1 ? sides : named;
}

function areDifferent(entries: readonly Entry[]): boolean {
  return entries.length > 1 && new Set(entries.map((one) => canonical(one.value))).size > 1;
}
