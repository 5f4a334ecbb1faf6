/** Vectors of tests/vectors/pairing; the Python twin is tests/core/adapters/pairing.py. */
import type { Visit } from "../../../src/core/draw";
import { Deck, card, pair, taskKey, type DeckParts } from "../../../src/core/pairing";

interface Slot {
  readonly task: string;
  readonly district?: string;
  readonly pool: string;
  readonly count: number;
  readonly taken?: readonly string[];
  readonly kept?: readonly string[];
  readonly unavailable?: readonly string[];
}
type Given =
  | { do: "card"; seed: string; pool: string; load: number; inspector: string }
  | { do: "task_key"; seed: string; task: string }
  | ({ do: "pair"; seed: string; tasks: readonly Visit[] } & DeckParts)
  | ({ do: "deal"; seed: string; deal: readonly Slot[] } & DeckParts);

export function run(raw: unknown): unknown {
  const given = raw as Given;
  if (given.do === "card") return card(given.seed, given.pool, given.load, given.inspector);
  if (given.do === "task_key") return taskKey(given.seed, given.task);
  const deck = new Deck(given, given.seed);
  const dealt =
    given.do === "pair"
      ? pair(given.tasks, deck, given.seed)
      : given.deal.map((slot) => deck.deal(slot.task, slot.district ?? null, slot.pool, slot.count, slot));
  return { dealt, loads: deck.loads() };
}
