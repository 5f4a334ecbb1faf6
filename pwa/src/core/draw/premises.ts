/** Which premises are drawn (specification section 6): the mirror of server/core/draw/premises.py. */
import { DrawRefused, tagged } from "./hashing";
import { COUNTED } from "./plan";
import { byText, rosterDigest, rosterLines } from "./roster";
import type { Plan, Rosters, Stratum, StratumResult, Ticket, Visit } from "./types";

/** The ticket of a premises: SHA-256 of `DSS1|S|id`. */
export function ticket(seed: string, id: string): string {
  return tagged(seed, id);
}

/** How many are drawn: min(available, max(1, ceil(nBase·num/den))), 0 when there are none. */
export function quota(nBase: number, num: number, den: number, available: number): number {
  if (nBase === 0) return 0;
  const product = nBase * num;
  const whole = (product - (product % den)) / den;
  return Math.min(available, Math.max(1, whole + (product % den === 0 ? 0 : 1)));
}

/** The `wanted` smallest tickets of `ids`, in order of (ticket, id). */
export function smallest(seed: string, ids: readonly string[], wanted: number): Ticket[] {
  return ids
    .map((id) => ({ id, ticket: ticket(seed, id) }))
    .sort((left, right) => byText(left.ticket, right.ticket) || byText(left.id, right.id))
    .slice(0, wanted);
}

/** Throw when the rosters are not the ones that were frozen; the codes are those of Python. */
export function checkRosters(plan: Plan, rosters: Rosters): void {
  const planned = new Map(plan.rosters.map((row) => [row.item, row]));
  for (const item of Object.keys(rosters)) {
    if (!planned.has(item)) throw new DrawRefused("roster_unplanned", item);
  }
  const strata = new Set(plan.strata.map((row) => `${row.item}|${row.id}`));
  const districts = new Map<string, string | undefined>();
  for (const [item, row] of planned) {
    const lines = rosters[item];
    if (lines === undefined) throw new DrawRefused("roster_missing", item);
    if (rosterDigest(rosterLines(lines)) !== row.digest || lines.length !== row.lines) {
      throw new DrawRefused("roster_changed", item);
    }
    for (const line of lines) {
      if (!strata.has(`${item}|${line.stratum}`)) throw new DrawRefused("roster_stratum", line.stratum);
      if (districts.has(line.id) && districts.get(line.id) !== line.district) {
        throw new DrawRefused("roster_district", line.id);
      }
      districts.set(line.id, line.district);
    }
  }
  checkExclusions(plan, rosters);
}

function checkExclusions(plan: Plan, rosters: Rosters): void {
  const known = new Set(
    Object.entries(rosters).flatMap(([item, lines]) => lines.map((line) => `${item} ${line.id}`)),
  );
  const named = [...plan.exclusions, ...plan.overrides].map((row) => `${row.item} ${row.id}`).sort(byText);
  const unknown = named.find((name) => !known.has(name));
  if (unknown !== undefined) throw new DrawRefused("exclusion_unknown", unknown);
}

/** What is drawn in every stratum of the plan, in the plan's order. */
export function drawStrata(plan: Plan, rosters: Rosters, seed: string): StratumResult[] {
  return plan.strata.map((row) => drawStratum(plan, row, rosters, seed));
}

/** The ids of a stratum that can be drawn. */
export function available(plan: Plan, row: Stratum, rosters: Rosters): string[] {
  const excluded = new Set(plan.exclusions.filter((one) => one.item === row.item).map((one) => one.id));
  return (rosters[row.item] ?? [])
    .filter((line) => line.stratum === row.id && !excluded.has(line.id))
    .map((line) => line.id);
}

function drawStratum(plan: Plan, row: Stratum, rosters: Rosters, seed: string): StratumResult {
  const ids = available(plan, row, rosters);
  const excluded = exclusionsOf(plan, row, rosters);
  const counted = COUNTED.reduce((sum, reason) => sum + (excluded[reason] ?? 0), 0);
  const nBase = ids.length + counted;
  const n = quota(nBase, row.num, row.den, ids.length);
  const order = smallest(seed, ids, n + plan.alternates);
  return {
    stratum: row.id,
    n_base: nBase,
    excluded,
    available: ids.length,
    n,
    realised: `${n}/${nBase}`,
    line: n > 0 ? order[n - 1]!.ticket : null,
    drawn: order.slice(0, n),
    alternates: order.slice(n),
    note: note(nBase, ids.length, row),
  };
}

function exclusionsOf(plan: Plan, row: Stratum, rosters: Rosters): Record<string, number> {
  const members = new Set(
    (rosters[row.item] ?? []).filter((line) => line.stratum === row.id).map((line) => line.id),
  );
  const counts: Record<string, number> = {};
  for (const one of plan.exclusions) {
    if (one.item === row.item && members.has(one.id)) counts[one.reason] = (counts[one.reason] ?? 0) + 1;
  }
  return counts;
}

function note(nBase: number, left: number, row: Stratum): string | null {
  if (nBase === 0) return "empty";
  if (left === 0) return "none_left";
  return left < quota(nBase, row.num, row.den, nBase) ? "fewer_left" : null;
}

/** One task per drawn premises, sorted by id. */
export function visits(plan: Plan, strata: readonly StratumResult[], rosters: Rosters): Visit[] {
  const drawn = new Map<string, string[]>();
  for (const row of strata) {
    for (const premises of row.drawn)
      drawn.set(premises.id, [...(drawn.get(premises.id) ?? []), row.stratum]);
  }
  return [...drawn.keys()]
    .sort(byText)
    .map((id) => visit(plan, id, drawn.get(id)!, districtOf(plan, rosters, id)));
}

/** The district of a premises where the own-district rule is in force. */
export function districtOf(plan: Plan, rosters: Rosters, id: string): string | null {
  if (!plan.rules.district) return null;
  const line = Object.values(rosters)
    .flat()
    .find((one) => one.id === id);
  return line?.district ?? null;
}

/** The task of one premises that was drawn in `strata`. */
export function visit(plan: Plan, id: string, strata: readonly string[], district: string | null): Visit {
  const rows = strata.map((name) => plan.strata.find((row) => row.id === name)!);
  const slots = new Map<string, number>();
  for (const row of rows) {
    const needed = plan.items.find((item) => item.code === row.item)!.inspectors;
    if (row.pool !== null) slots.set(row.pool, Math.max(slots.get(row.pool) ?? 0, needed));
  }
  return {
    task: id,
    items: rows.map((row) => row.item).sort(byText),
    strata: [...strata].sort(byText),
    district,
    slots: [...slots.keys()].sort(byText).map((pool) => ({ pool, count: slots.get(pool)! })),
  };
}
