/**
 * Who inspects: cards dealt from a levelled deck (docs/draw-specification.md section 7). The mirror of
 * server/core/pairing.py, in its plain form: for every slot the pool lies in the order of (load, digest),
 * and the first team in that order that satisfies the rules is taken.
 */
import { Refused } from "./refusal";
import { tagged } from "./draw/hashing";
import { byText } from "./draw/roster";
import type { DealtTask, Group, Interest, PairRules, PlanInspector, Pool, Report, Visit } from "./draw/types";

/** The cards cannot be dealt as asked: `pool_unknown`, `inspector_unknown`. */
export class PairingRefused extends Refused {}

/** The digest by which tasks are ordered for dealing. */
export function taskKey(pairSeed: string, task: string): string {
  return tagged("task", pairSeed, task);
}

/** The digest of one card. */
export function card(pairSeed: string, pool: string, load: number, inspector: string): string {
  return tagged("card", pairSeed, pool, String(load), inspector);
}

/** What is fixed before a slot is filled. */
export interface Seating {
  readonly taken?: readonly string[];
  readonly kept?: readonly string[];
  readonly unavailable?: readonly string[];
}

/** What a deck is laid out from: the parts of the plan. */
export interface DeckParts {
  readonly inspectors: readonly PlanInspector[];
  readonly pools: readonly Pool[];
  readonly interests: readonly Interest[];
  readonly rules: PairRules;
}

/** The cards of all pools during one draw. */
export class Deck {
  private readonly people: ReadonlyMap<string, PlanInspector>;
  private readonly pools: ReadonlyMap<string, Pool>;
  private readonly load: Map<string, number>;
  private readonly digests = new Map<string, string>();

  constructor(
    private readonly parts: DeckParts,
    private readonly seed: string,
    loads?: Readonly<Record<string, number>>,
  ) {
    this.people = new Map(parts.inspectors.map((row) => [row.id, row]));
    this.pools = new Map(parts.pools.map((pool) => [pool.id, pool]));
    this.load = new Map(parts.inspectors.map((row) => [row.id, loads?.[row.id] ?? row.load]));
    for (const row of parts.interests) this.person(row.inspector);
    for (const pool of parts.pools) pool.members.forEach((row) => row.out ?? this.person(row.id));
  }

  /** The load of every inspector after what was dealt so far. */
  loads(): Record<string, number> {
    return Object.fromEntries(this.load);
  }

  /** Fill one slot: the team in the order of its cards and null, or nobody and the report. */
  deal(
    task: string,
    district: string | null,
    pool: string,
    count: number,
    seating: Seating = {},
  ): [string[], Report | null] {
    const found = this.pools.get(pool);
    if (found === undefined) throw new PairingRefused("pool_unknown", pool);
    const kept = (seating.kept ?? []).map((id) => this.person(id));
    const others = (seating.taken ?? []).map((id) => this.person(id));
    const { left, report } = this.sieve(found, count, task, district, seating);
    const order = left
      .map((id) => ({ id, load: this.load.get(id)!, digest: this.digestOf(pool, id) }))
      .sort((a, b) => a.load - b.load || byText(a.digest, b.digest))
      .map((one) => this.person(one.id));
    const team = this.firstTeam(order, 0, count, kept, others);
    if (team === null) return [[], { ...report, rule: this.failing(left, kept, count) }];
    for (const person of team) this.load.set(person.id, this.load.get(person.id)! + 1);
    return [team.map((person) => person.id), null];
  }

  private person(id: string): PlanInspector {
    const found = this.people.get(id);
    if (found === undefined) throw new PairingRefused("inspector_unknown", id);
    return found;
  }

  private digestOf(pool: string, id: string): string {
    const load = this.load.get(id)!;
    const key = `${pool}|${load}|${id}`;
    let found = this.digests.get(key);
    if (found === undefined) {
      found = card(this.seed, pool, load, id);
      this.digests.set(key, found);
    }
    return found;
  }

  /** Remove rule by rule who cannot come, and count. */
  private sieve(
    pool: Pool,
    count: number,
    task: string,
    district: string | null,
    seating: Seating,
  ): { left: string[]; report: Omit<Report, "rule"> } {
    const out: Record<string, number> = {};
    for (const row of pool.members) if (row.out !== null) out[row.out] = (out[row.out] ?? 0) + 1;
    let left = pool.members.filter((row) => row.out === null).map((row) => row.id);
    const remove = (unfit: (id: string) => boolean): number => {
      const before = left.length;
      left = left.filter((id) => !unfit(id));
      return before - left.length;
    };
    const barred = new Set(
      this.parts.interests.filter((row) => row.premises === task).map((row) => row.inspector),
    );
    const interest = remove((id) => barred.has(id));
    const ruled = this.parts.rules.district && district !== null;
    const own = remove((id) => ruled && this.person(id).district === district);
    const unavailable = remove((id) => seating.unavailable?.includes(id) ?? false);
    const present = [...(seating.taken ?? []), ...(seating.kept ?? [])];
    const taken = remove((id) => present.includes(id));
    const needed = count - (seating.kept?.length ?? 0);
    const in_pool = pool.members.length;
    return {
      left,
      report: { in_pool, out, interest, district: own, unavailable, taken, left: left.length, needed },
    };
  }

  private firstTeam(
    order: readonly PlanInspector[],
    start: number,
    count: number,
    team: readonly PlanInspector[],
    others: readonly PlanInspector[],
  ): PlanInspector[] | null {
    if (team.length === count) return [];
    const senior =
      this.parts.rules.senior && team.length === count - 1 && !team.some((colleague) => colleague.senior);
    for (let at = start; at < order.length; at += 1) {
      const next = order[at]!;
      if ((senior && !next.senior) || !this.mayJoin(next, others, team)) continue;
      const rest = this.firstTeam(order, at + 1, count, [...team, next], others);
      if (rest !== null) return [next, ...rest];
    }
    return null;
  }

  private mayJoin(next: PlanInspector, ...present: readonly (readonly PlanInspector[])[]): boolean {
    if (!this.parts.rules.household || next.household === null) return true;
    return present.every((people) => people.every((other) => other.household !== next.household));
  }

  private failing(left: readonly string[], kept: readonly PlanInspector[], count: number): string {
    if (left.length < count - kept.length) return "too_few";
    const people = [...left.map((id) => this.person(id)), ...kept];
    return !this.parts.rules.senior || people.some((person) => person.senior) ? "household" : "senior";
  }
}

/** Deal for all tasks in the order of their keys. */
export function pair(tasks: readonly Visit[], deck: Deck, pairSeed: string): DealtTask[] {
  return tasks
    .map((task) => ({ key: taskKey(pairSeed, task.task), task }))
    .sort((left, right) => byText(left.key, right.key) || byText(left.task.task, right.task.task))
    .map(({ task }) => ({
      task: task.task,
      items: task.items,
      strata: task.strata,
      groups: seat(deck, task),
    }));
}

/** Fill the slots of one task; `taken` are people who are on the visit already. */
export function seat(deck: Deck, task: Visit, taken: readonly string[] = []): Group[] {
  const present = [...taken];
  return task.slots.map(({ pool, count }) => {
    const [inspectors, report] = deck.deal(task.task, task.district, pool, count, { taken: present });
    present.push(...inspectors);
    return { pool, inspectors, report };
  });
}
