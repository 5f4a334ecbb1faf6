/** The bureau's chain (specification section 8.1): the mirror of server/core/draw/chain.py. */
import { digest } from "../canonical";
import { SPEC } from "./hashing";
import type { ChainRow } from "./types";
import { say, short, type Finding } from "./words";

/** What the bureau signs for a record: number, kind and digest (specification section 8.6). */
export function signedText(row: Pick<ChainRow, "number" | "kind" | "digest">): string {
  return `${SPEC}|record|${row.number}|${row.kind}|${row.digest}`;
}

/** The findings on a bureau's chain; a record is null while it is sealed or restricted. */
export function verifyChain(records: readonly ChainRow[]): Finding[] {
  const found: Finding[] = [];
  const announced = new Map<string, string>();
  const closed = new Set<string>();
  let before: string | null = null;
  let expected = 1;
  for (const row of records) {
    found.push(...linkFindings(row, expected, before));
    before = row.digest;
    expected = row.number + 1;
    if (row.record !== null) found.push(...closingFindings(row.record, row.number, announced, closed));
  }
  return found;
}

function linkFindings(row: ChainRow, expected: number, before: string | null): Finding[] {
  const where = `chain.${expected}`;
  const said: Finding[] = [];
  if (row.number !== expected) said.push(say("chain_number", where, { expected, stated: row.number }));
  const record = row.record;
  if (record === null) return said;
  const found = digest(record);
  if (found !== row.digest)
    said.push(say("chain_digest", where, { number: expected, found, stated: row.digest }));
  if (record.number !== row.number || record.kind !== row.kind) {
    const facts = { expected: `${row.number} ${row.kind}`, stated: short(record.number) };
    said.push(say("value", where, facts));
  }
  if (record.previous !== before) {
    const facts = { number: expected, expected: short(before), stated: short(record.previous) };
    said.push(say("chain_previous", where, facts));
  }
  return said;
}

function closingFindings(
  record: NonNullable<ChainRow["record"]>,
  number: number,
  announced: Map<string, string>,
  closed: Set<string>,
): Finding[] {
  const where = `chain.${number}`;
  const facts = { draw: record.draw, number };
  if (record.kind === "announcement") {
    const again = announced.has(record.draw);
    announced.set(record.draw, record.plan_digest);
    return again ? [say("chain_twice", where, facts)] : [];
  }
  if (record.kind !== "certificate" && record.kind !== "voiding") return [];
  const twice = closed.has(record.draw);
  closed.add(record.draw);
  if (twice) return [say("chain_twice", where, facts)];
  return announced.get(record.draw) === record.plan_digest ? [] : [say("chain_unannounced", where, facts)];
}
