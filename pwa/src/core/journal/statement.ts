/** What every listed statement carries, and the order in which statements are told. */
import { compare } from "./chain";
import type { Entry, Statement } from "./types";

const CONTENT: ReadonlySet<string> = new Set(["answer", "row", "evidence", "mark", "finding", "withdraw"]);

export function isContent(entry: Entry): boolean {
  return CONTENT.has(entry.kind);
}

export function oldestFirst(a: Entry, b: Entry): number {
  return compare(a.at, b.at) || compare(a.id, b.id);
}

export function said({ id, path, author, device, at }: Entry): Statement {
  return { id, path, author, device, at };
}
