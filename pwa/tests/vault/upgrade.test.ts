/**
 * A phone that was not updated for a year opens with the newest app and loses nothing. For every released version of
 * the vault there is a copy of its tables as they were released, written down here and never changed: the test builds
 * such a vault with queued work in it, as that version left it on the disk, and opens it with today's code.
 */
import Dexie from "dexie";
import { IDBKeyRange } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { readBlob } from "../../src/vault/blobs";
import { shelfOf, enrolled, HOTEL, journalOf, LI, PASSWORD, PHOTO } from "../phone/people";
import { hashOf, Profile } from "../phone/effects";

/** Tables of each released vault and shelf, by version. Only ever added to. */
const RELEASED = {
  1: {
    shelf: { vaults: "id", leases: "name", facts: "key" },
    vault: {
      meta: "key",
      tasks: "id",
      summaries: "inspection",
      checklists: "hash",
      devices: "id",
      entries: "id, inspection, [inspection+device+seq]",
      runs: "key, inspection, [inspection+device]",
      chains: "inspection",
      outbox: "key, inspection, [what+order]",
      evidence: "[inspection+sha256], sha256",
      blobs: "sha256",
      drafts: "[inspection+path], inspection",
    },
  },
} as const;

type Rows = Record<string, unknown[]>;

/** All rows of a database as they lie on the disk. */
async function rowsOf(indexedDB: IDBFactory, name: string): Promise<Rows> {
  const db = await new Dexie(name, { indexedDB, IDBKeyRange }).open();
  const rows: Rows = {};
  for (const table of db.tables) rows[table.name] = await table.toArray();
  db.close();
  return rows;
}

/** The same rows in a database of a released version, in a profile that knows no newer one. */
async function laidDown(
  indexedDB: IDBFactory,
  name: string,
  version: number,
  stores: object,
  rows: Rows,
): Promise<void> {
  const db = new Dexie(name, { indexedDB, IDBKeyRange });
  db.version(version).stores(stores as Record<string, string>);
  await db.open();
  for (const table of Object.keys(stores)) await db.table(table).bulkAdd(rows[table] ?? []);
  db.close();
}

describe.each(Object.entries(RELEASED))(
  "a vault of version %s with twenty things waiting",
  (version, { shelf, vault }) => {
    it("opens with today's app, and everything still waits", async () => {
      const now = new Profile();
      const filled = await enrolled(now, LI);
      const journal = journalOf(now, filled);
      for (let n = 10; n < 28; n += 1)
        await journal.append([{ kind: "answer", path: `HTL${n}`, value: "pass" }]);
      await journal.putEvidence("HTL10", PHOTO, {
        purpose: "photo",
        media_type: "image/jpeg",
        source: "camera",
      });
      await filled.putDraft(HOTEL, "HTL11", "门厅登记台");
      const name = filled.db.name;
      filled.lock();

      const old = new Profile();
      for (const [db, stores] of [
        ["suicha-shelf", shelf],
        [name, vault],
      ] as const) {
        await laidDown(old.indexedDB, db, Number(version), stores, await rowsOf(now.indexedDB, db));
      }
      const opened = await shelfOf(old.tab()).unlock(LI.login, PASSWORD);
      const after = journalOf(old, opened);
      await after.refresh();
      expect(after.list()).toHaveLength(19);
      expect(await opened.db.outbox.count()).toBe(20);
      expect(await opened.drafts(HOTEL)).toEqual({ HTL11: "门厅登记台" });
      const hash = hashOf(new Uint8Array(PHOTO));
      expect(hashOf(new Uint8Array((await readBlob(opened, hash))!))).toBe(hash);
      const [next] = await after.append([{ kind: "answer", path: "HTL30", value: "na" }]);
      expect(next!.seq).toBe(20);
    });
  },
);

it("the newest schema is written down here as released", async () => {
  const profile = new Profile();
  const filled = await enrolled(profile, LI);
  const newest = Object.values(RELEASED)[Object.values(RELEASED).length - 1]!;
  const written = Object.fromEntries(
    filled.db.tables.map(({ name, schema }) => [
      name,
      [schema.primKey, ...schema.indexes].map(({ src }) => src).join(", "),
    ]),
  );
  expect(written).toEqual(newest.vault);
});
