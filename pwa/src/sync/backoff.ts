/** How long to wait after a failure: doubling, with jitter so that a brigade coming back does not arrive at once. */
import type { Random } from "../app/ports";

const FIRST_MS = 4_000;
const LONGEST_MS = 10 * 60_000;
/** What a server may ask for at most: a date in its answer may be a year away by a clock that is wrong. */
const PATIENCE_MS = 60 * 60_000;

/** ms to wait after the n-th failure in a row (n ≥ 1); never less than what the server asked for, up to an hour. */
export function waitFor(failures: number, random: Random, retryAfter: number | null): number {
  const ceiling = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), LONGEST_MS);
  const wait = ceiling / 2 + (ceiling / 2) * random.fraction();
  return Math.round(Math.max(wait, Math.min(retryAfter ?? 0, PATIENCE_MS)));
}
