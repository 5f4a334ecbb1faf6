/** Where a stated result differs from the calculated one, row by row, in words. */
import { canonical } from "../canonical";
import { Refused } from "../refusal";
import { isObject } from "./plan";
import type { DealtTask, Group, Load, Report, StratumResult } from "./types";
import { explainReport, say, short, type Finding } from "./words";

type Explain<Row> = (where: string, given: Row, right: Row) => Finding[];

/** Are two values the same JSON? What has no canonical form equals nothing. */
export function same(left: unknown, right: unknown): boolean {
  try {
    return canonical(left) === canonical(right);
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

function compare<Row extends object>(key: keyof Row & string, where: string, explain: Explain<Row>) {
  return (stated: unknown, expected: readonly Row[]): Finding[] => {
    if (same(stated, expected)) return [];
    if (!Array.isArray(stated) || !stated.every(isObject)) return [say("shape", where, { detail: "list" })];
    const names = stated.map((row) => row[key] ?? null);
    const wanted = expected.map((row) => row[key]);
    if (!same(names, wanted)) return [say("value", where, { expected: short(wanted), stated: short(names) })];
    return expected.flatMap((right, at) => {
      const given = stated[at] as unknown as Row;
      return same(given, right) ? [] : explained(`${where}.${String(right[key])}`, given, right, explain);
    });
  };
}

function explained<Row extends object>(
  where: string,
  given: Row,
  right: Row,
  explain: Explain<Row>,
): Finding[] {
  if (short(Object.keys(given).sort()) !== short(Object.keys(right).sort())) {
    return [say("shape", where, { detail: "fields" })];
  }
  let found: Finding[];
  try {
    found = explain(where, given, right);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    found = [say("shape", where, { detail: error.message.slice(0, 80) })];
  }
  // A difference that no sentence covers must still be said.
  return found.length > 0 ? found : [say("value", where, { expected: short(right), stated: short(given) })];
}

function stratumFindings(where: string, given: StratumResult, right: StratumResult): Finding[] {
  const said: Finding[] = [];
  for (const field of ["n_base", "excluded", "available", "n", "realised", "line", "note"] as const) {
    if (!same(given[field], right[field])) {
      said.push(
        say("value", `${where}.${field}`, { expected: short(right[field]), stated: short(given[field]) }),
      );
    }
  }
  said.push(...drawnFindings(where, given, right));
  if (!same(given.alternates, right.alternates)) {
    const ids = [right.alternates, given.alternates].map((rows) => rows.map((row) => row.id));
    const [wanted, found] = same(ids[0], ids[1]) ? [right.alternates, given.alternates] : ids;
    const facts = { stratum: right.stratum, expected: short(wanted), stated: short(found) };
    said.push(say("alternates", where, facts));
  }
  return said;
}

function drawnFindings(where: string, given: StratumResult, right: StratumResult): Finding[] {
  const stratum = right.stratum;
  const stated = new Map(given.drawn.map((row) => [row.id, row.ticket]));
  const expected = new Map(right.drawn.map((row) => [row.id, row.ticket]));
  const said: Finding[] = [];
  for (const [id, ticket] of expected) {
    const found = stated.get(id);
    if (found === undefined) said.push(say("drawn_missing", where, { stratum, id, ticket }));
    else if (found !== ticket)
      said.push(say("ticket", where, { stratum, id, found: ticket, stated: short(found) }));
  }
  for (const id of stated.keys())
    if (!expected.has(id)) said.push(say("drawn_wrongly", where, { stratum, id }));
  if (said.length === 0 && !same(given.drawn, right.drawn)) {
    said.push(say("order", where, { stratum, list: "drawn" }));
  }
  return said;
}

function taskFindings(where: string, given: DealtTask, right: DealtTask): Finding[] {
  const said: Finding[] = [];
  for (const field of ["items", "strata"] as const) {
    if (!same(given[field], right[field])) {
      said.push(
        say("value", `${where}.${field}`, { expected: short(right[field]), stated: short(given[field]) }),
      );
    }
  }
  const pools = right.groups.map((group) => group.pool);
  if (
    !same(
      given.groups.map((group) => group.pool),
      pools,
    )
  ) {
    const facts = { expected: short(pools), stated: short(given.groups) };
    return [...said, say("value", `${where}.groups`, facts)];
  }
  right.groups.forEach((group, at) =>
    said.push(...groupFindings(where, right.task, given.groups[at]!, group)),
  );
  return said;
}

function groupFindings(where: string, task: string, given: Group, right: Group): Finding[] {
  const said: Finding[] = [];
  const facts = { task, pool: right.pool };
  if (!same(given.inspectors, right.inspectors)) {
    const stated = short(given.inspectors);
    said.push(say("team", where, { expected: short(right.inspectors), stated, ...facts }));
  }
  if (!same(given.report, right.report)) said.push(reportFinding(where, facts, right.report, given.report));
  return said;
}

function reportFinding(
  where: string,
  facts: { task: string; pool: string },
  expected: Report | null,
  stated: Report | null,
): Finding {
  const finding = say("report", where, { expected: short(expected), stated: short(stated), ...facts });
  if (expected === null) return finding;
  const [zh, en] = explainReport(expected);
  return { ...finding, zh: `${finding.zh}（${zh}）`, en: `${finding.en} (${en})` };
}

function loadFindings(where: string, given: Load, right: Load): Finding[] {
  const expected = `${right.before} → ${right.after}`;
  return [say("load", where, { id: right.id, expected, stated: `${given.before} → ${given.after}` })];
}

/** Compare the stated rows of a certificate with the calculated ones. */
export const rowFindings = {
  strata: compare<StratumResult>("stratum", "strata", stratumFindings),
  tasks: compare<DealtTask>("task", "tasks", taskFindings),
  loads: compare<Load>("id", "loads", loadFindings),
};
