/**
 * Locks over tabs for browsers without Web Locks: a row in IndexedDB that says who holds a name and until when.
 * A tab that is killed frees its names when the lease runs out. A lease that ran out while its holder was frozen can
 * be taken by another: whatever runs under these locks compares again before it writes.
 */
import type { Clock, Locks, Random } from "../app/ports";
import { durably } from "./durable";
import { uuidOf } from "./encoding";
import type { ShelfDb } from "./schema";

const LEASE_MS = 20_000;
const RENEW_MS = 7_000;
const LOOK_MS = 60;

export function leaseLocks(db: ShelfDb, clock: Clock, random: Random): Locks {
  const tab = uuidOf(random.bytes(16));
  let count = 0;

  async function taken(name: string, owner: string): Promise<boolean> {
    return durably(db, () =>
      db.transaction("rw", db.leases, async () => {
        const now = clock.now();
        const held = await db.leases.get(name);
        // A clock that was set back must not leave a lease standing for a year.
        if (held !== undefined && held.owner !== owner && held.until > now && held.until <= now + LEASE_MS)
          return false;
        await db.leases.put({ name, owner, until: now + LEASE_MS });
        return true;
      }),
    );
  }

  async function released(name: string, owner: string): Promise<void> {
    await durably(db, () =>
      db.transaction("rw", db.leases, async () => {
        const held = await db.leases.get(name);
        if (held?.owner === owner) await db.leases.delete(name);
      }),
    );
  }

  async function under<T>(name: string, owner: string, run: () => Promise<T>): Promise<T> {
    let renewing = true;
    const renew = (): void => {
      if (!renewing) return;
      // A lease that cannot be renewed runs out; what runs under it compares before it writes.
      void taken(name, owner)
        .catch(() => false)
        .then(() => (stop = clock.after(RENEW_MS, renew)));
    };
    let stop = clock.after(RENEW_MS, renew);
    try {
      return await run();
    } finally {
      renewing = false;
      stop();
      await released(name, owner);
    }
  }

  const newOwner = (): string => `${tab}:${(count += 1)}`;
  const pause = (): Promise<void> => new Promise((done) => clock.after(LOOK_MS, done));

  return {
    async hold(name, run) {
      const owner = newOwner();
      while (!(await taken(name, owner))) await pause();
      return under(name, owner, run);
    },
    async attempt(name, run) {
      const owner = newOwner();
      return (await taken(name, owner)) ? { value: await under(name, owner, run) } : null;
    },
  };
}
