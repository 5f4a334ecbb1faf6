/**
 * A phone that was not updated for a year opens with the newest app and loses nothing. For every released version of
 * the vault, `released/vault-<n>.json` is a whole profile as the code of that time left it on the disk, sealed rows and
 * all. The files are never written again: each is laid down byte for byte, opened by today's code, and synced.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Dexie from "dexie";
import { IDBKeyRange } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import type { DeviceInput, Person } from "../../src/api/types";
import type { Entry, Run } from "../../src/core/journal";
import { readBlob } from "../../src/vault/blobs";
import { FakeClock, hashOf, Profile } from "../phone/effects";
import { enrolled, HOTEL, journalOf, LI, shelfOf, taskOf } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

interface FrozenDatabase {
  version: number;
  stores: Record<string, string>;
  rows: Record<string, unknown[]>;
}

/** A profile with one answer sent and confirmed, and a day without network after it. */
interface Released {
  person: Person;
  password: string;
  /** Device ids whose vaults the profile remembers. */
  marks: string[];
  device: DeviceInput;
  sent: Entry[];
  runs: Run[];
  databases: Record<string, FrozenDatabase>;
}

const FOLDER = join(__dirname, "released");
const RELEASED = readdirSync(FOLDER).sort();
/** What waits in each: 18 answers, a guest's row and name, a change of mind, a finding, a photo's entry and its bytes. */
const WAITING = 24;

function released(file: string): Released {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8"), thawed) as Released;
}

/** JSON with ArrayBuffers as {"$buffer": base64}. */
function thawed(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || !("$buffer" in value)) return value;
  return new Uint8Array(Buffer.from(value.$buffer as string, "base64")).buffer;
}

/** The frozen databases in a profile that knows nothing newer. */
async function laidDown({ databases }: Released): Promise<Profile> {
  const profile = new Profile();
  for (const [name, { version, stores, rows }] of Object.entries(databases)) {
    const db = new Dexie(name, { indexedDB: profile.indexedDB, IDBKeyRange });
    db.version(version).stores(stores);
    await db.open();
    for (const table of Object.keys(stores)) await db.table(table).bulkAdd(rows[table]!);
    db.close();
  }
  return profile;
}

/** The bureau as this phone left it: it knows the person, the device, and what was sent. */
function bureauOf({ person, password, device, sent, runs }: Released): FakeServer {
  const server = new FakeServer(new FakeClock());
  server.employ(person, password);
  server.assign(taskOf());
  server.devices.set(device.id, { ...device, person });
  for (const entry of sent) server.entries.set(entry.id, entry);
  for (const run of runs) server.runs.set(run.signature, run);
  return server;
}

describe.each(RELEASED)("the profile %s, as it was released", (file) => {
  it("opens without network, with all its rows, and its chain goes on", async () => {
    const old = released(file);
    const profile = await laidDown(old);
    const opened = await shelfOf(profile.tab()).unlock(old.person.login, old.password);
    const journal = journalOf(profile, opened);
    await journal.refresh();
    expect(journal.list()).toHaveLength(WAITING);
    expect(await opened.db.outbox.count()).toBe(WAITING);
    expect(await opened.drafts(HOTEL)).toEqual({ HTL11: "门厅登记台" });
    const { answers, findings, rows, evidence } = journal.state();
    expect([answers["HTL10"]!.value, answers["HTL27"]!.value]).toEqual(["fail", "pass"]);
    expect(findings["HTL10"]!.value).toEqual({ text: "未登记", corrected_on_site: false });
    expect(answers[`HTL09/${rows["HTL09"]![0]!}/guest`]!.value).toBe("孙丽华");
    const { sha256 } = evidence["HTL10"]![0]!.value as { sha256: string };
    expect(hashOf(new Uint8Array((await readBlob(opened, sha256))!))).toBe(sha256);
    const [next] = await journal.append([{ kind: "answer", path: "HTL30", value: "na" }]);
    expect(next!.seq).toBe(WAITING + 1);
  });

  it("brings everything to the server when the network is back", async () => {
    const old = released(file);
    const server = bureauOf(old);
    const phone = new Phone(server, "li", await laidDown(old));
    phone.marks.push(...old.marks);
    const app = phone.start();
    await app.session.start();
    await phone.login(app, old.person, old.password);
    await app.sync.now();
    expect(app.sync.status.value).toMatchObject({ waiting: { entries: 0, photos: 0 }, items: [] });
    expect([...server.devices.keys()]).toEqual([old.device.id]);
    const seqs = [...server.entries.values()].map(({ seq }) => seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: WAITING }, (_, at) => at + 1));
    expect([...server.blobs.values()].map(hashOf)).toEqual([...server.blobs.keys()]);
    expect(server.blobs.size).toBe(1);
    const at = await app.work.openInspection(HOTEL);
    expect(at.view.value.state.flags).toEqual([]);
    expect(await at.drafts()).toEqual({ HTL11: "门厅登记台" });
  });
});

it("the newest schema is among the released ones", async () => {
  const profile = new Profile();
  const { db } = await enrolled(profile, LI);
  const written = db.tables.map(({ name, schema }): [string, string] => [
    name,
    [schema.primKey, ...schema.indexes].map(({ src }) => src).join(", "),
  ]);
  const known = RELEASED.flatMap((file) => Object.entries(released(file).databases))
    .filter(([name]) => name.startsWith("suicha-vault-"))
    .map(([, { version, stores }]) => ({ version, stores: inAnyOrder(Object.entries(stores)) }));
  expect(known).toContainEqual({ version: db.verno, stores: inAnyOrder(written) });
});

/** A disk tells its indexes in an order of its own. */
function inAnyOrder(stores: [string, string][]): Record<string, string[]> {
  return Object.fromEntries(stores.map(([name, keys]) => [name, keys.split(", ").sort()]));
}
