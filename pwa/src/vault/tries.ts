/**
 * Wrong tries cost time, more each time, and never destroy anything: the count is written before the password is
 * tried, so that killing the browser in between gains nothing; a clock set back starts the wait again.
 */
import type { Clock } from "../app/ports";
import { durably } from "./durable";
import { Refusal } from "./refusal";
import type { ShelfDb, ShelfVault } from "./schema";

/** Tries without a wait; then 5 s, doubling, at most 15 minutes. */
export const FREE_TRIES = 3;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;

export class Tries {
  constructor(
    private readonly db: ShelfDb,
    private readonly clock: Clock,
  ) {}

  /** Counts a try before it is made. Refusals: no_vault · unlock_delayed. */
  async begin(id: string): Promise<ShelfVault> {
    const now = this.clock.now();
    const begun = await durably(this.db, () =>
      this.db.transaction("rw", this.db.vaults, async () => {
        const record = await this.db.vaults.get(id);
        if (record === undefined) return { record, seconds: 0 };
        const { count, last, until } = record.tries;
        if (now < last) {
          const again = now + waitAfter(count);
          await this.db.vaults.update(id, { tries: { count, last: now, until: again } });
          if (again > now) return { record, seconds: Math.ceil((again - now) / 1000) };
        } else if (now < until) return { record, seconds: Math.ceil((until - now) / 1000) };
        await this.db.vaults.update(id, {
          tries: { count: count + 1, last: now, until: now + waitAfter(count + 1) },
        });
        return { record, seconds: 0 };
      }),
    );
    const { record, seconds } = begun;
    if (record === undefined) throw new Refusal("no_vault");
    if (seconds > 0) throw new Refusal("unlock_delayed", { seconds });
    return record;
  }

  /** Seconds until the next try is heard, 0 when it is now; nothing is counted by asking. */
  async left(id: string): Promise<number> {
    const record = await durably(this.db, () => this.db.vaults.get(id));
    if (record === undefined) return 0;
    const { count, last, until } = record.tries;
    const now = this.clock.now();
    const ms = now < last ? waitAfter(count) : until - now;
    return Math.max(0, Math.ceil(ms / 1000));
  }

  async end(id: string): Promise<void> {
    await durably(this.db, () => this.db.vaults.update(id, { tries: { count: 0, last: 0, until: 0 } }));
  }
}

/** Milliseconds to wait after the n-th wrong try. */
export function waitAfter(wrong: number): number {
  if (wrong < FREE_TRIES) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES), LONGEST_WAIT_MS);
}
