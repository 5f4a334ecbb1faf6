/** Which signatures still stand for what they were given for. The mirror of fold.py's signatures. */
import { canonical } from "../canonical";
import { type ById, covered } from "./chain";
import { evidenceOf } from "./evidence";
import { headsOf } from "./heads";
import { isContent, said } from "./statement";
import type { Entry, ReturnValue, Signature, SignValue } from "./types";

/** What the act of signing itself adds (images, the text that was read) is not compared. */
const SIGNING_ITEM = "SIGN";

/** Every signature, with the paths that say something else now than what it covers said. */
export function signatures(ordered: readonly Entry[], byId: ById, live: readonly Entry[]): Signature[] {
  const acts = ordered.filter((entry) => entry.kind === "sign");
  if (acts.length === 0) return [];
  const returns = ordered.filter((entry) => entry.kind === "return");
  const stating = live.filter(isContent);
  const now = picture(stating);
  return acts.map((entry) => {
    const value = entry.value as unknown as SignValue;
    const seen = covered(value, byId);
    const read = ordered.filter((other) => seen.has(other.id) && isContent(other));
    const unchanged = read.length === stating.length && stating.every((other) => seen.has(other.id));
    return {
      ...said(entry),
      seq: entry.seq,
      value,
      stale: unchanged ? [] : differing(picture(read), now),
      superseded: returns.some(
        (act) => (act.value as unknown as ReturnValue).signatures.includes(value.role) && !seen.has(act.id),
      ),
    };
  });
}

type Picture = ReadonlyMap<string, ReadonlySet<string>>;

/** Path → what stands there, for comparison. */
function picture(entries: readonly Entry[]): Picture {
  const standing = new Map<string, Set<string>>();
  const add = (path: string, what: string): void => {
    if (path.split("/")[0] === SIGNING_ITEM) return;
    const found = standing.get(path);
    if (found === undefined) standing.set(path, new Set([what]));
    else found.add(what);
  };
  for (const found of headsOf(entries).values()) {
    for (const { kind, path, value } of found) if (value !== null) add(path, kind + canonical(value));
  }
  for (const [path, shown] of Object.entries(evidenceOf(entries).evidence)) {
    for (const { id, marked } of shown) {
      add(path, id);
      for (const layer of marked ?? []) add(path, layer.id);
    }
  }
  return standing;
}

function differing(before: Picture, after: Picture): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => !same(before.get(path), after.get(path))).sort();
}

function same(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && [...a].every((what) => b.has(what));
}
