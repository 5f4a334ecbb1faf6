import { beforeEach, describe, expect, it, vi } from "vitest";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { enrolled, HOTEL, journalOf, LI, PHOTO, reopened, shelfOf } from "../phone/people";
import { FakeClock, Profile, SeededRandom } from "../phone/effects";
import { IDBKeyRange } from "fake-indexeddb";
import { leaseLocks } from "../../src/vault/leases";
import { ShelfDb } from "../../src/vault/schema";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;

/** Lets writing to one table fail with a browser's error, `times` times. */
function failing(table: string, name: string, times = 1): void {
  const real = { put: IDBObjectStore.prototype.put, add: IDBObjectStore.prototype.add };
  let left = times;
  for (const method of ["put", "add"] as const) {
    vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (this: IDBObjectStore, ...given) {
      if (this.name === table && left > 0) {
        left -= 1;
        throw new DOMException("injected", name);
      }
      return real[method].apply(this, given as never);
    });
  }
}

// Dexie says on the console when it mends a connection; here it is meant to.
beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => undefined));

describe("a full disk", () => {
  it.each(["entries", "outbox", "chains"])(
    "at the %s table is told, and nothing is half there",
    async (table) => {
      const profile = new Profile();
      const vault = await enrolled(profile, LI);
      const journal = journalOf(profile, vault);
      await journal.append([PASS]);
      failing(table, "QuotaExceededError");
      await expect(journal.append([{ ...PASS, value: "fail" }])).rejects.toMatchObject({
        code: "quota_full",
      });
      vi.restoreAllMocks();
      expect(await vault.db.entries.count()).toBe(1);
      expect(await vault.db.outbox.count()).toBe(1);
      await journal.append([{ ...PASS, value: "na" }]);
      expect(journal.state().answers["HTL01"]?.value).toBe("na");
      expect(journal.state().flags).toEqual([]);
    },
  );

  it("never lets a photo count as saved", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    failing("blobs", "QuotaExceededError");
    await expect(journalOf(profile, vault).putEvidence("HTL01", PHOTO, photo)).rejects.toMatchObject({
      code: "quota_full",
    });
    expect(await vault.db.entries.count()).toBe(0);
  });
});

describe("a connection that the browser drops", () => {
  it.each(["InvalidStateError", "UnknownError"])(
    "is opened again and the answer is written once (%s)",
    async (name) => {
      const profile = new Profile();
      const vault = await enrolled(profile, LI);
      const journal = journalOf(profile, vault);
      failing("entries", name, 2);
      await journal.append([PASS]);
      expect(await vault.db.entries.count()).toBe(1);
    },
  );

  it("closed under the app does not lose what is written next", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    vault.db.backendDB().close();
    await journal.append([PASS]);
    const after = journalOf(profile, await reopened(profile, LI));
    await after.refresh();
    expect(after.list()).toHaveLength(1);
  });

  it("that stays away is told after a few tries", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    failing("entries", "UnknownError", 100);
    await expect(journalOf(profile, vault).append([PASS])).rejects.toMatchObject({ code: "storage_lost" });
  });

  it("dropped after the commit does not write the statement twice", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    const real = vault.db.transaction.bind(vault.db) as (...given: unknown[]) => Promise<unknown>;
    let first = true;
    vi.spyOn(vault.db, "transaction").mockImplementation((async (...given: unknown[]) => {
      const done = await real(...given);
      if (!first) return done;
      first = false;
      throw new DOMException("the answer was lost", "UnknownError");
    }) as never);
    const [entry] = await journal.append([PASS]);
    expect(await vault.db.entries.count()).toBe(1);
    expect((await vault.db.chains.get(HOTEL))?.tip).toBe(entry!.id);
  });
});

describe("a newer version of the app in another tab", () => {
  it("is told to this one instead of damaging anything", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const { name } = vault.db;
    vault.db.close({ disableAutoOpen: false });
    await new Promise<void>((done, failed) => {
      const newer = profile.indexedDB.open(name, 9999);
      newer.onsuccess = () => {
        newer.result.close();
        done();
      };
      newer.onerror = () => failed(newer.error as DOMException);
    });
    await expect(journalOf(profile, vault).append([PASS])).rejects.toMatchObject({ code: "newer_version" });
  });
});

describe("leases, where there are no Web Locks", () => {
  const shelf = (indexedDB: IDBFactory): ShelfDb => new ShelfDb({ indexedDB, keyRange: IDBKeyRange });

  it("let one tab in at a time, and the next when the first has died", async () => {
    const [clock, indexedDB] = [new FakeClock(), new IDBFactory()];
    const one = leaseLocks(shelf(indexedDB), clock, new SeededRandom("one"));
    const two = leaseLocks(shelf(indexedDB), clock, new SeededRandom("two"));
    let release = (): void => undefined;
    const held = one.hold("sync", () => new Promise<void>((done) => (release = done)));
    await expect.poll(() => two.attempt("sync", async () => "in")).toBeNull();
    release();
    await held;
    expect(await two.attempt("sync", async () => "in")).toEqual({ value: "in" });
    void one.hold("sync", () => new Promise<void>(() => undefined));
    await expect.poll(() => two.attempt("sync", async () => "in")).toBeNull();
    clock.set(clock.now() + 21_000); // the first tab was killed: nobody renews
    expect(await two.attempt("sync", async () => "in")).toEqual({ value: "in" });
  });

  it("do not stand for a year when the clock was set back", async () => {
    const [clock, indexedDB] = [new FakeClock(), new IDBFactory()];
    const one = leaseLocks(shelf(indexedDB), clock, new SeededRandom("one"));
    void one.hold("sync", () => new Promise<void>(() => undefined));
    const two = leaseLocks(shelf(indexedDB), clock, new SeededRandom("two"));
    await expect.poll(() => two.attempt("sync", async () => "in")).toBeNull();
    clock.set(clock.now() - 365 * 86_400_000);
    expect(await two.attempt("sync", async () => "in")).toEqual({ value: "in" });
  });

  it("carry the vault's own promise of one chain", async () => {
    const profile = new Profile();
    const [one, two] = [await enrolled(profile, LI), await reopened(profile, LI)];
    const locks = (seed: string): ReturnType<typeof leaseLocks> =>
      leaseLocks(
        shelf(profile.indexedDB),
        { now: () => 1_000, after: (_ms, run) => (setTimeout(run, 0), () => undefined) },
        new SeededRandom(seed),
      );
    const tabs = [
      journalOf(profile, one, { locks: locks("a") }),
      journalOf(profile, two, { locks: locks("b") }),
    ];
    await Promise.all(
      tabs.flatMap((tab, at) => [
        tab.append([{ ...PASS, value: `a${at}` }]),
        tab.append([{ ...PASS, value: `b${at}` }]),
      ]),
    );
    await tabs[0]!.refresh();
    expect(tabs[0]!.state().flags).toEqual([]);
    expect(tabs[0]!.list()).toHaveLength(4);
  });
});

it("a shelf that cannot be opened at all says so", async () => {
  const profile = new Profile();
  const effects = profile.tab();
  const shelf = shelfOf({
    ...effects,
    indexedDB: {
      open: () => {
        throw new DOMException("denied", "UnknownError");
      },
    } as never,
  });
  await expect(shelf.count()).rejects.toMatchObject({ code: "storage_lost" });
});
