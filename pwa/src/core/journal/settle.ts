/** From heads to agreed values, conflicts, cleared paths and rows. The mirror of fold.py's settling. */
import { canonical } from "../canonical";
import { compare } from "./chain";
import type { Heads } from "./heads";
import { oldestFirst, said } from "./statement";
import type { Entry, FindingValue, Held, RowValue, Side, State } from "./types";

export type Settled = Pick<State, "answers" | "conflicts" | "cleared" | "rows" | "row_values" | "findings">;

interface Settling {
  readonly answers: Record<string, Held>;
  readonly conflicts: Record<string, Side[]>;
  readonly cleared: Record<string, string[]>;
  readonly row_values: Record<string, Held<RowValue>>;
  readonly findings: Record<string, Held<FindingValue>>;
}

/** Sort every (kind, path) into agreed, cleared or in conflict. */
export function settle(heads: Heads): Settling {
  const state: Settling = { answers: {}, conflicts: {}, cleared: {}, row_values: {}, findings: {} };
  for (const [key, found] of heads) {
    const first = found[0]!;
    const ids = found.map((entry) => entry.id).sort();
    if (found.length > 1 && new Set(found.map((entry) => canonical(entry.value))).size > 1) {
      state.conflicts[key] = found.map(side);
    } else if (first.value === null) {
      state.cleared[key] = ids;
    } else {
      agree(state, first, ids);
    }
  }
  return state;
}

function agree(state: Settling, first: Entry, heads: readonly string[]): void {
  if (first.kind === "row")
    state.row_values[first.path] = { value: first.value as unknown as RowValue, heads };
  else if (first.kind === "finding") {
    state.findings[first.path] = { value: first.value as unknown as FindingValue, heads };
  } else state.answers[first.path] = { value: first.value, heads };
}

function side(entry: Entry): Side {
  return { ...said(entry), kind: entry.kind as Side["kind"], value: entry.value };
}

/** List the rows of every table; a removed row that somebody went on filling stays, as a conflict. */
export function settleRows(heads: Heads, state: Settling): Settled {
  const { own, filled } = rowsOf(heads);
  const order = new Map<string, { place: number; row: string }[]>();
  for (const path of new Set([...own.keys(), ...filled.keys()])) {
    const stated = own.get(path) ?? [];
    const cells = filled.get(path) ?? [];
    if (stated.length > 0 && stated.every((entry) => entry.value === null)) {
      if (cells.length === 0) continue;
      delete state.cleared[`row:${path}`];
      state.conflicts[`row:${path}`] = [...stated, ...cells].sort(oldestFirst).map(side);
    }
    const [item, row] = path.split("/") as [string, string];
    const found = order.get(item) ?? [];
    found.push({ place: placeOf(stated), row });
    order.set(item, found);
  }
  const rows: Record<string, string[]> = {};
  for (const [item, found] of order) {
    rows[item] = found.sort((a, b) => a.place - b.place || compare(a.row, b.row)).map(({ row }) => row);
  }
  return { ...state, rows };
}

/** "ITEM/ROW" → its own heads, and the heads of what was filled in below or on it. */
function rowsOf(heads: Heads): { own: Map<string, Entry[]>; filled: Map<string, Entry[]> } {
  const own = new Map<string, Entry[]>();
  const filled = new Map<string, Entry[]>();
  for (const found of heads.values()) {
    const { kind, path } = found[0]!;
    const [item, row] = path.split("/");
    if (row === undefined) continue;
    if (kind === "row") {
      own.set(path, found);
      continue;
    }
    const held = found.filter((entry) => entry.value !== null);
    const at = `${item}/${row}`;
    if (held.length > 0) filled.set(at, [...(filled.get(at) ?? []), ...held]);
  }
  return { own, filled };
}

/** Where a row stands: the smallest order among its heads; a row only known by its cells comes last. */
function placeOf(own: readonly Entry[]): number {
  return own.reduce(
    (least, entry) =>
      Math.min(least, entry.value === null ? least : (entry.value as unknown as RowValue).order),
    Number.MAX_SAFE_INTEGER,
  );
}
