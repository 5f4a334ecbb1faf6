/** What a new entry has to name in `replaces`: the mirror of heads_at and heads_of_row in fold.py. */
import type { State } from "./types";

type Headed = "answer" | "row" | "finding";

/**
 * What an answer, row or finding at `path` has to name to stand alone there, sorted. For a row that is
 * kept or moved these are the heads of the row itself; its cells stay.
 */
export function headsAt(state: State, kind: Headed, path: string): string[] {
  const key = `${kind}:${path}`;
  const kept = { answer: state.answers, row: state.row_values, finding: state.findings }[kind];
  const sides = (state.conflicts[key] ?? []).filter((side) => side.kind === kind);
  const found = [...(state.cleared[key] ?? []), ...sides.map(({ id }) => id), ...(kept[path]?.heads ?? [])];
  return [...new Set(found)].sort();
}

/** True where two people differ on what the answer is, or on the words that go with it. */
export function differsAt(state: Pick<State, "conflicts">, path: string): boolean {
  return `answer:${path}` in state.conflicts || `finding:${path}` in state.conflicts;
}

/** What the removal of the row at `path` has to name: its own heads, its cells and its findings, sorted. */
export function headsOfRow(state: State, path: string): string[] {
  const found = new Set(headsAt(state, "row", path));
  for (const kind of ["answer", "finding"] as const) {
    for (const key of pathsOf(state, kind)) {
      if (key !== path && !key.startsWith(`${path}/`)) continue;
      for (const id of headsAt(state, kind, key)) found.add(id);
    }
  }
  return [...found].sort();
}

function pathsOf(state: State, kind: "answer" | "finding"): Set<string> {
  const prefix = `${kind}:`;
  const keyed = [...Object.keys(state.conflicts), ...Object.keys(state.cleared)];
  return new Set([
    ...Object.keys(kind === "answer" ? state.answers : state.findings),
    ...keyed.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
  ]);
}
