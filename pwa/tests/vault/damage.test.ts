/** One thing on the disk that cannot be read any more must not keep the others back. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { IDBObjectStore } from "fake-indexeddb";
import type { Suicha } from "../../src/app/ports";
import { sweepOrphans } from "../../src/vault/blobs";
import { FakeClock, hashOf, noLocks, Profile } from "../phone/effects";
import { enrolled, HOTEL, journalOf, LI, PASSWORD, PHOTO, taskOf, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;
const photo = { purpose: "photo", media_type: "image/jpeg", source: "camera" } as const;
const OTHER = new Uint8Array(900).fill(3).buffer;
const HASH = hashOf(new Uint8Array(PHOTO));
const KARAOKE = "01930000-0000-7000-8000-0000000000b2";

let server: FakeServer;
let phone: Phone;
let app: Suicha;

beforeEach(async () => {
  server = new FakeServer(new FakeClock());
  for (const person of [LI, WANG]) server.employ(person, PASSWORD);
  server.assign(taskOf());
  server.assign(taskOf(KARAOKE));
  phone = new Phone(server, "li");
  app = phone.start();
  await app.session.start();
  await phone.login(app, LI);
});

/** Spoils the sealed part of the rows of one table for which `spoilt` is true. */
async function damage(
  indexedDB: IDBFactory,
  table: string,
  spoilt: (row: Record<string, unknown>) => boolean,
): Promise<void> {
  const name = (await indexedDB.databases())
    .map((db) => db.name!)
    .find((db) => db.startsWith("suicha-vault"));
  await new Promise<void>((done) => {
    const opening = indexedDB.open(name!);
    opening.onsuccess = () => {
      const writing = opening.result.transaction(table, "readwrite");
      const reading = writing.objectStore(table).openCursor();
      reading.onsuccess = () => {
        const cursor = reading.result;
        if (cursor === null) return;
        const row = cursor.value as Record<string, unknown>;
        if (spoilt(row)) cursor.update({ ...row, sealed: new Uint8Array(40).fill(1).buffer });
        cursor.continue();
      };
      writing.oncomplete = () => {
        opening.result.close();
        done();
      };
    };
  });
}

const all = (): boolean => true;

describe("a transaction that the browser ends", () => {
  it("is made again, and what it said is written once", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const real = IDBObjectStore.prototype.put;
    let once = true;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...given) {
      const request = real.apply(this, given as never);
      if (this.name === "chains" && once) {
        once = false;
        this.transaction.abort();
      }
      return request;
    });
    await journal.append([PASS]);
    expect(await vault.db.entries.count()).toBe(1);
  });
});

describe("a photo", () => {
  it("that another tab took for an orphan, because this one was frozen in between, is there when it is saved", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    let calls = 0;
    const slow = {
      sha256: async (bytes: ArrayBuffer): Promise<string> => {
        calls += 1;
        // The second reading is that of the bytes on the disk: then the phone sleeps, and the lease runs out.
        if (calls === 2) await sweepOrphans(vault, noLocks);
        return hashOf(new Uint8Array(bytes));
      },
    };
    await journalOf(profile, vault, { hasher: slow, locks: noLocks }).putEvidence("HTL01", PHOTO, photo);
    expect(await vault.db.blobs.count()).toBe(1);
  });

  it("whose label is damaged goes, and so do the others", async () => {
    const inspection = await app.work.openInspection(HOTEL);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.putEvidence("HTL02", OTHER, photo);
    await damage(phone.profile.indexedDB, "evidence", ({ sha256 }) => sha256 === HASH);
    await app.sync.now();
    expect(server.blobs.size).toBe(2);
  });

  it("whose file the browser has lost does not keep the others back", async () => {
    const inspection = await app.work.openInspection(HOTEL);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.putEvidence("HTL02", OTHER, photo);
    const real = IDBObjectStore.prototype.get;
    vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, ...given) {
      if (this.name === "blobs" && given[0] === HASH)
        throw new DOMException("Data lost due to missing file.", "NotReadableError");
      return real.apply(this, given as never);
    });
    await app.sync.now();
    expect([...server.blobs.keys()]).toEqual([hashOf(new Uint8Array(OTHER))]);
    expect(app.sync.status.value.items).toMatchObject([
      { what: "photo", state: "refused", reason: { code: "missing_here" } },
    ]);
  });

  it("that is damaged keeps no file from being made, and no colleague from signing here", async () => {
    const hers = phone.start();
    await phone.login(hers, WANG);
    await hers.session.logout();
    server.signIn(LI);
    const inspection = await app.work.openInspection(HOTEL);
    await inspection.putEvidence("HTL01", PHOTO, photo);
    await inspection.putEvidence("HTL02", OTHER, photo);
    await damage(phone.profile.indexedDB, "blobs", ({ sha256 }) => sha256 === HASH);
    expect(await app.files.pack({ to: "server", photos: true })).toMatchObject({ entries: 2, evidence: 1 });
    await app.session.unlockColleague({ login: WANG.login, password: PASSWORD });
    expect(app.session.state.value.colleague?.person.name).toBe(WANG.name);
  });
});

describe("a damaged row", () => {
  it.each(["entries", "runs", "outbox"])("of %s in one inspection lets the others sync", async (table) => {
    await (await app.work.openInspection(HOTEL)).append(PASS);
    await app.sync.now();
    await (await app.work.openInspection(HOTEL)).append({ ...PASS, path: "HTL02" });
    await (await app.work.openInspection(KARAOKE)).append(PASS);
    await damage(phone.profile.indexedDB, table, ({ inspection }) => inspection === HOTEL);
    await app.sync.now();
    await app.sync.now();
    expect([...server.entries.values()].map(({ inspection }) => inspection)).toContain(KARAOKE);
  });

  it.each(["tasks", "summaries", "checklists", "devices"])(
    "of %s lets its person in, and the next sync brings what it said",
    async (table) => {
      await (await app.work.openInspection(HOTEL)).append(PASS);
      await app.sync.now();
      await app.session.logout();
      await damage(phone.profile.indexedDB, table, all);
      const again = phone.start();
      await again.session.login({ login: LI.login, password: PASSWORD });
      if (table === "checklists")
        await expect(again.work.openInspection(HOTEL)).rejects.toMatchObject({ code: "not_prepared" });
      await again.sync.now();
      const opened = await again.work.openInspection(HOTEL);
      expect(opened.view.value.state.answers["HTL01"]?.value).toBe("pass");
    },
  );

  it("that is found while something comes in is asked for the next time", async () => {
    await phone.login(new Phone(server, "wang").start(), WANG);
    server.signIn(LI);
    await (await app.work.openInspection(HOTEL)).append(PASS);
    await app.sync.now();
    await damage(phone.profile.indexedDB, "devices", all);
    const fromTheBeginning = (): number =>
      server.calls.filter(({ path }) => path.startsWith("/api/sync/pull?cursor=&")).length;
    const before = fromTheBeginning();
    for (const more of [0, 1, 1]) {
      await app.sync.now();
      expect(fromTheBeginning()).toBe(before + more);
    }
  });

  it("of the journal leaves the rest of the inspection readable, and says so", async () => {
    const inspection = await app.work.openInspection(HOTEL);
    const first = await inspection.append(PASS);
    await inspection.append({ ...PASS, path: "HTL02" });
    await app.session.logout();
    await damage(phone.profile.indexedDB, "entries", ({ id }) => id === first.id);
    const again = phone.start();
    await again.session.login({ login: LI.login, password: PASSWORD });
    const opened = await again.work.openInspection(HOTEL);
    expect(Object.keys(opened.view.value.state.answers)).toEqual(["HTL02"]);
    expect(opened.view.value.state.flags).toMatchObject([{ code: "gap" }]);
  });
});
