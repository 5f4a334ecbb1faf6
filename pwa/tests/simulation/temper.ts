/**
 * What kind of life a seed lives. Most have a temper by chance; a few hundred seeds belong to the tempers below, each of
 * which goes again and again to one corner that chance seldom finds. The seed alone says which.
 */
import type { Dice } from "./dice";
import type { Weather } from "./line";

/** How often things happen, against each other. */
const USUAL = {
  answer: 34,
  burst: 5,
  row: 7,
  finding: 5,
  photo: 12,
  withdraw: 3,
  agree: 5,
  comment: 2,
  sync: 24,
  pass: 12,
  kill: 6,
  doom: 8,
  full: 4,
  expire: 3,
  offline: 5,
  online: 7,
  weather: 4,
  drift: 4,
  colleague: 3,
  secondTab: 3,
  submit: 3,
  finish: 3,
  lead: 4,
  killServer: 1,
  backup: 2,
  restore: 1.5,
  revoke: 1,
  clock: 1,
  retry: 2,
  handOver: 4,
  oldClient: 5,
  copyProfile: 0.6,
  layOldCopy: 0.6,
  doomedSync: 8,
  fullSync: 4,
};
export type Happening = keyof typeof USUAL;

export interface Temper {
  weights: Record<Happening, number>;
  /** What a phone's line does more, or less, than its weather says; null: it is good. */
  weather: Partial<Weather> | null;
}

/** Nothing else happens in these lives but what is told here, and what fills records. */
const CORNERS: { name: string; weights: Partial<Record<Happening, number>>; weather: Temper["weather"] }[] = [
  {
    name: "many photos through tunnels, some garbled; half-sent uploads expire",
    weights: { photo: 30, sync: 40, weather: 4, expire: 8, kill: 14, withdraw: 2, doomedSync: 2 },
    weather: { well: 60, tunnel: 30, flipped: 10 },
  },
  {
    name: "two people on one phone, and two tabs at once",
    weights: { colleague: 40, secondTab: 30, kill: 6, doom: 4, finding: 5, row: 5 },
    weather: null,
  },
  {
    name: "signed off, backed up, forgotten; and then somebody still speaks, or the server is put back",
    weights: { finish: 24, backup: 14, pass: 36, oldClient: 16, sync: 50, lead: 8, photo: 4, restore: 1 },
    weather: null,
  },
  {
    name: "a phone is lost while it still has something to say",
    weights: { revoke: 8, photo: 4, offline: 4, kill: 4, weather: 3, handOver: 1 },
    weather: {},
  },
  {
    name: "signed off with hardly a backup, and the server is put back to an old one",
    weights: { finish: 16, sync: 60, pass: 16, restore: 8, backup: 1, photo: 4 },
    weather: null,
  },
  {
    name: "the app dies, or finds no room, in the midst of one sync after the other",
    weights: { doomedSync: 40, fullSync: 24, sync: 10, kill: 4, photo: 4 },
    weather: null,
  },
];
const FIRST_CORNER = 10_000;
const SEEDS_EACH = 100;

/** The first seed of each corner: lived in every test run. */
export const CORNER_SEEDS = CORNERS.map((_, at) => FIRST_CORNER + at * SEEDS_EACH);

export function temperOf(seed: number, dice: Dice): Temper {
  const corner = CORNERS[Math.floor((seed - FIRST_CORNER) / SEEDS_EACH)];
  const weights = byChance(dice);
  if (corner === undefined) return { weights, weather: {} };
  for (const name of Object.keys(USUAL) as Happening[])
    weights[name] = corner.weights[name] ?? (ALWAYS.has(name) ? USUAL[name] : 0);
  return { weights, weather: corner.weather };
}

/** Some things never happen in such a life, others all the time. What fills records stays. */
function byChance(dice: Dice): Record<Happening, number> {
  const weights: Record<Happening, number> = { ...USUAL };
  for (const name of Object.keys(USUAL) as Happening[]) {
    const factor = dice.pick([0, 0.5, 1, 1, 2, 4]);
    weights[name] *= ALWAYS.has(name) ? Math.max(0.5, Math.min(factor, 1)) : factor;
  }
  return weights;
}
const ALWAYS = new Set<Happening>(["answer", "sync", "pass", "online"]);
