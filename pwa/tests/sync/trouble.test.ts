import Dexie from "dexie";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { beforeEach, describe, expect, it } from "vitest";
import type { Suicha } from "../../src/app/ports";
import { fromBase64url } from "../../src/vault/encoding";
import { agreedKey, recoveryCode } from "../../src/vault/recovery";
import { FakeClock, subtle } from "../phone/effects";
import { HOTEL, LI, office, PASSWORD, taskOf, requestIn, WANG } from "../phone/people";
import { Phone } from "../phone/phone";
import { FakeServer } from "../phone/server";

const PASS = { kind: "answer", path: "HTL01", value: "pass" } as const;

let server: FakeServer;
let phone: Phone;

beforeEach(() => {
  server = new FakeServer(new FakeClock());
  server.employ(LI, PASSWORD);
  server.assign(taskOf());
  phone = new Phone(server, "li");
});

async function loggedIn(): Promise<Suicha> {
  const app = phone.start();
  await app.session.start();
  await phone.login(app, LI);
  return app;
}

/** The profile as a backup program saves it: every database, copied row by row. */
async function copyOf(from: IDBFactory): Promise<IDBFactory> {
  const copy = new IDBFactory();
  for (const { name } of await from.databases()) {
    const source = await new Dexie(name!, { indexedDB: from, IDBKeyRange }).open();
    const target = new Dexie(name!, { indexedDB: copy, IDBKeyRange });
    const stores = source.tables.map(({ name: table, schema }) => [
      table,
      [schema.primKey, ...schema.indexes].map(({ src }) => src).join(", "),
    ]);
    target.version(source.verno).stores(Object.fromEntries(stores) as Record<string, string>);
    await target.open();
    for (const table of source.tables) await target.table(table.name).bulkAdd(await table.toArray());
    source.close();
    target.close();
  }
  return copy;
}

describe("a device that the server has not heard of yet", () => {
  it("sends nothing before it is enrolled, so that nothing is put aside", async () => {
    server.line = ({ method, path }) => (method === "POST" && path === "/api/devices" ? "lost" : "well");
    const app = await loggedIn();
    await expect(app.work.openInspection(HOTEL)).rejects.toMatchObject({ code: "unknown_task" });
    expect(app.sync.status.value.network).toBe("unreachable");
    server.line = () => "well";
    await app.sync.now();
    expect(server.devices.size).toBe(1);
    await (await app.work.openInspection(HOTEL)).append(PASS);
    await app.sync.now();
    expect(server.entries.size).toBe(1);
  });
});

describe("a vault that is gone", () => {
  it("while its record still stands is made anew with network, and told", async () => {
    await (await (await loggedIn()).work.openInspection(HOTEL)).append(PASS);
    const { indexedDB } = phone.profile;
    const vault = (await indexedDB.databases())
      .map(({ name }) => name!)
      .find((name) => name.startsWith("suicha-vault"))!;
    const emptied = await copyOf(indexedDB);
    await new Promise((done) => (emptied.deleteDatabase(vault).onsuccess = done));
    phone.profile.indexedDB = emptied;
    phone.offline();
    const offline = phone.start();
    await expect(offline.session.login({ login: LI.login, password: PASSWORD })).rejects.toMatchObject({
      code: "vault_gone",
    });
    phone.online();
    const app = await loggedIn();
    expect(app.session.state.value.notices.map(({ code }) => code)).toEqual(["vault_gone"]);
    await expect((await app.work.openInspection(HOTEL)).append(PASS)).resolves.toMatchObject({ seq: 1 });
    expect(server.devices.size).toBe(2);
  });
});

describe("a device that the office has revoked", () => {
  const held = { status: "held", code: "device_revoked", detail: "设备已停用" } as const;

  it("is told so by the next thing it sends, for as long as it lasts, and notes it through a kill", async () => {
    const app = await loggedIn();
    expect(app.session.state.value.revoked).toBe(false);
    const entry = await (await app.work.openInspection(HOTEL)).append(PASS);
    server.verdicts.set(entry.id, held);
    await app.sync.now();
    await expect.poll(() => app.session.state.value.revoked).toBe(true);
    expect(app.session.state.value.notices.map(({ code }) => code)).toEqual(["device_revoked"]);
    await app.session.dismiss("device_revoked");
    phone.offline();
    const again = phone.start();
    await again.session.login({ login: LI.login, password: PASSWORD });
    expect(again.session.state.value.revoked, "the notice was seen, the device is revoked all the same").toBe(
      true,
    );
  });

  it("is not told to upload what the server keeps apart: not in the evening, not by the task, not to the next person", async () => {
    const app = await loggedIn();
    const inspection = await app.work.openInspection(HOTEL);
    const entry = await inspection.append(PASS);
    server.verdicts.set(entry.id, held);
    await app.sync.now();
    await expect.poll(() => app.sync.status.value.waiting.held).toBe(1);
    const { oldest, items } = app.sync.status.value;
    expect(
      items.map(({ state }) => state),
      "it is still told what became of it",
    ).toEqual(["held"]);
    expect(oldest, "nothing is left to go up before the evening").toBeNull();
    await expect.poll(() => app.work.tasks.value.map(({ waiting }) => waiting)).toEqual([0]);
    expect(inspection.view.value.waiting).toEqual({ entries: 0, photos: 0 });
    expect((await app.session.logout()).waiting).toBe(0);
    expect(await app.session.othersUnsent()).toBe(0);
  });

  it("is told of what the server refused and did not keep", async () => {
    const app = await loggedIn();
    const inspection = await app.work.openInspection(HOTEL);
    const entry = await inspection.append(PASS);
    server.verdicts.set(entry.id, { status: "refused", code: "entry_fields", detail: "不完整" });
    await app.sync.now();
    await expect.poll(() => app.sync.status.value.waiting.refused).toBe(1);
    expect(app.sync.status.value.oldest).not.toBeNull();
    await expect.poll(() => app.work.tasks.value.map(({ waiting }) => waiting)).toEqual([1]);
    expect((await app.session.logout()).waiting).toBe(1);
    expect(await app.session.othersUnsent()).toBe(1);
  });

  it("is not this one when only the partner's statements, which this phone carried, are kept apart", async () => {
    const app = await loggedIn();
    server.employ(WANG, PASSWORD);
    const wangs = new Phone(server, "wang");
    const wang = wangs.start();
    await wangs.login(wang, WANG);
    wangs.offline();
    server.signIn(LI);
    await app.sync.now();
    const hers = await (await wang.work.openInspection(HOTEL)).append(PASS);
    const { file } = await wang.files.pack({ to: app.session.state.value.me!.device!, photos: false });
    server.verdicts.set(hers.id, held);
    await app.files.take(file);
    await app.sync.now();
    await expect.poll(() => app.sync.status.value.waiting.held).toBe(1);
    expect(app.session.state.value.revoked).toBe(false);
  });
});

describe("a forgotten password", () => {
  it("costs a telephone call to the office and nothing that was written", async () => {
    phone.online();
    const before = await loggedIn();
    phone.offline();
    await (await before.work.openInspection(HOTEL)).append(PASS);
    await before.session.logout();
    const [device] = [...server.devices.values()];
    const { epk, salt, iv, sealed } = JSON.parse(device!.wrapped_key) as Record<
      "salt" | "iv" | "sealed",
      string
    > & { epk: JsonWebKey };
    const ephemeral = await subtle.importKey("jwk", epk, { name: "ECDH", namedCurve: "P-256" }, false, []);
    const key = await agreedKey(subtle, office.privateKey, ephemeral, fromBase64url(salt), device!.id, [
      "decrypt",
    ]);
    const how = {
      name: "AES-GCM",
      iv: fromBase64url(iv),
      additionalData: new TextEncoder().encode(device!.id),
    };
    const after = phone.start();
    const shown = await after.session.recoveryRequest(LI.login);
    expect(shown.device).toBe(device!.id);
    const content = new Uint8Array(await subtle.decrypt(how, key, fromBase64url(sealed)));
    const code = await recoveryCode(subtle, content, requestIn(shown.code), device!.id);
    await after.session.recover({ login: LI.login, recoveryCode: code, newPassword: "neu-2026-sun" });
    expect((await after.work.openInspection(HOTEL)).view.value.entries).toHaveLength(1);
    await after.session.logout();
    await expect(after.session.login({ login: LI.login, password: PASSWORD })).rejects.toMatchObject({
      code: "wrong_password",
    });
    await expect(after.session.login({ login: LI.login, password: "neu-2026-sun" })).resolves.toMatchObject({
      phase: "open",
    });
  });
});

describe("a profile restored from an old copy", () => {
  it("keeps both branches, says so, and goes on in one chain", async () => {
    const app = await loggedIn();
    const inspection = await app.work.openInspection(HOTEL);
    await inspection.append(PASS);
    await app.sync.now();
    const old = await copyOf(phone.profile.indexedDB);
    await inspection.append({ ...PASS, path: "HTL02" });
    await inspection.append({ ...PASS, path: "HTL03" });
    await app.sync.now();
    await app.session.logout();

    phone.profile.indexedDB = old;
    phone.offline();
    const restored = phone.start();
    await restored.session.login({ login: LI.login, password: PASSWORD });
    const again = await restored.work.openInspection(HOTEL);
    await again.append({ ...PASS, path: "HTL09", value: "fail" });
    phone.online();
    server.signIn(LI);
    await restored.sync.now();
    await expect.poll(() => again.view.value.entries.length).toBe(4);
    await again.append({ ...PASS, path: "HTL10" });
    await restored.sync.now();
    expect(server.entries.size).toBe(5);
    const { state } = again.view.value;
    expect(Object.keys(state.answers).sort()).toEqual(["HTL01", "HTL02", "HTL03", "HTL09", "HTL10"]);
    expect(state.flags).toEqual([{ code: "fork", device: expect.any(String), seq: 2 }]);
    expect(restored.session.state.value.notices.map(({ code }) => code)).toContain("profile_restored");
    expect(restored.sync.status.value.items).toEqual([]);
  });
});
