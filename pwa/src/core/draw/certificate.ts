/** Running a draw (specification sections 6 to 8): the mirror of the pure part of server/core/draw/certificate.py. */
import { Deck, pair } from "../pairing";
import { pairSeed } from "./ceremony";
import { drawStrata, visits } from "./premises";
import type { DealtTask, Load, Plan, Rosters, StratumResult, Visit } from "./types";

/** What is drawn, and the visits that follow from it. */
export function draw(
  plan: Plan,
  rosters: Rosters,
  seed: string,
): { strata: StratumResult[]; tasks: Visit[] } {
  const strata = drawStrata(plan, rosters, seed);
  return { strata, tasks: visits(plan, strata, rosters) };
}

/** The deck of a plan: its starting loads, or `loads` after the draw. */
export function deckOf(plan: Plan, seed: string, loads?: Readonly<Record<string, number>>): Deck {
  return new Deck(plan, pairSeed(seed), loads);
}

/** The teams in dealing order, and everybody's load before and after. */
export function pairTasks(
  plan: Plan,
  tasks: readonly Visit[],
  seed: string,
): { tasks: DealtTask[]; loads: Load[] } {
  const deck = deckOf(plan, seed);
  const dealt = pair(tasks, deck, pairSeed(seed));
  const after = deck.loads();
  const loads = plan.inspectors.map((row) => ({ id: row.id, before: row.load, after: after[row.id]! }));
  return { tasks: dealt, loads };
}
