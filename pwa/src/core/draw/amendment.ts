/** The next card and the next alternate (specification section 9): the mirror of server/core/draw/amendment.py. */
import { digest } from "../canonical";
import { seat } from "../pairing";
import { deckOf } from "./certificate";
import { DrawRefused } from "./hashing";
import { available, districtOf, smallest, visit } from "./premises";
import { byText } from "./roster";
import type { Amendment, Certificate, Group, Plan, Replacement, Report, Rosters } from "./types";

type Teams = Map<string, string[]>;

/** Where a draw stands after its certificate and the amendments so far. */
export class Standing {
  readonly plan: Plan;
  readonly certificateDigest: string;
  private readonly seed: string;
  private readonly loads: Record<string, number>;
  private readonly teams: Map<string, Teams>;
  private readonly strata: Map<string, string[]>;
  private readonly used: Map<string, string[]>;

  constructor(
    certificate: Certificate,
    private readonly rosters: Rosters,
  ) {
    this.plan = certificate.plan;
    this.seed = certificate.seed;
    this.certificateDigest = digest(certificate);
    this.loads = Object.fromEntries(certificate.loads.map((row) => [row.id, row.after]));
    this.teams = new Map(certificate.tasks.map((row) => [row.task, teamsOf(row.groups)]));
    this.strata = new Map(certificate.tasks.map((row) => [row.task, [...row.strata]]));
    this.used = new Map(certificate.strata.map((row) => [row.stratum, row.drawn.map((one) => one.id)]));
  }

  /** The replacement for `removed` and null, or null and the report. Throws `amendment_task`, `amendment_inspector`. */
  nextInspector(
    task: string,
    pool: string,
    removed: string,
    unavailable: readonly string[] = [],
  ): [string | null, Report | null] {
    const groups = this.groups(task);
    const team = groups.get(pool) ?? [];
    if (!team.includes(removed)) throw new DrawRefused("amendment_inspector", removed);
    const deck = deckOf(this.plan, this.seed, { ...this.loads, [removed]: this.loads[removed]! - 1 });
    const [dealt, report] = deck.deal(task, districtOf(this.plan, this.rosters, task), pool, team.length, {
      kept: team.filter((id) => id !== removed),
      taken: [...groups].flatMap(([name, ids]) => (name === pool ? [] : ids)),
      unavailable: [removed, ...unavailable],
    });
    return dealt.length > 0 ? [dealt[0]!, null] : [null, report];
  }

  /** What comes in for a drawn premises that is no longer there. Throws `amendment_task`. */
  nextPremises(removed: string): Replacement {
    const released = [...this.groups(removed).values()].flat();
    const loads = { ...this.loads };
    for (const id of released) loads[id] = loads[id]! - 1;
    const rows = this.strata.get(removed)!.map((stratum) => this.nextAlternate(stratum));
    const incoming = new Map<string, string[]>();
    for (const row of rows) {
      if (row.replacement === null) continue;
      incoming.set(row.replacement, [...(incoming.get(row.replacement) ?? []), row.stratum]);
    }
    const deck = deckOf(this.plan, this.seed, loads);
    const tasks = [...incoming.keys()].sort(byText).map((id) => {
      const present = this.teams.get(id) ?? new Map<string, string[]>();
      const coming = visit(this.plan, id, incoming.get(id)!, districtOf(this.plan, this.rosters, id));
      const slots = coming.slots.filter((slot) => (present.get(slot.pool)?.length ?? 0) === 0);
      const groups = seat(deck, { ...coming, slots }, [...present.values()].flat());
      return { task: id, strata: coming.strata, groups };
    });
    return { strata: rows, tasks, released: [...released].sort(byText) };
  }

  /** Take one amendment into account. */
  apply(record: Amendment): void {
    if (record.change === "inspector") {
      const team = this.teams.get(record.task)!;
      const rest = team.get(record.pool)!.filter((id) => id !== record.removed);
      this.shift([record.removed], -1);
      if (record.replacement !== null) this.shift([record.replacement], 1);
      team.set(record.pool, record.replacement === null ? rest : [...rest, record.replacement]);
      return;
    }
    this.shift(record.result.released, -1);
    this.teams.delete(record.removed);
    this.strata.delete(record.removed);
    for (const row of record.result.strata) {
      if (row.replacement !== null) this.used.get(row.stratum)!.push(row.replacement);
    }
    for (const row of record.result.tasks) {
      this.strata.set(row.task, [...(this.strata.get(row.task) ?? []), ...row.strata]);
      const teams = this.teams.get(row.task) ?? new Map<string, string[]>();
      for (const [pool, ids] of teamsOf(row.groups)) {
        teams.set(pool, ids);
        this.shift(ids, 1);
      }
      this.teams.set(row.task, teams);
    }
  }

  private shift(ids: readonly string[], by: number): void {
    for (const id of ids) this.loads[id] = this.loads[id]! + by;
  }

  private groups(task: string): Teams {
    const found = this.teams.get(task);
    if (found === undefined) throw new DrawRefused("amendment_task", task);
    return found;
  }

  private nextAlternate(stratum: string): Replacement["strata"][number] {
    const row = this.plan.strata.find((one) => one.id === stratum)!;
    const used = this.used.get(stratum)!;
    const order = smallest(this.seed, available(this.plan, row, this.rosters), used.length + 1);
    const next = order.find((one) => !used.includes(one.id));
    return { stratum, replacement: next?.id ?? null, ticket: next?.ticket ?? null };
  }
}

function teamsOf(groups: readonly Group[]): Teams {
  return new Map(groups.map((group) => [group.pool, [...group.inspectors]]));
}
