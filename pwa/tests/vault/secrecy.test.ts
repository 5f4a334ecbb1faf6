import { describe, expect, it } from "vitest";
import {
  HOTEL,
  enrolled,
  journalOf,
  LI,
  office,
  PASSWORD,
  PHOTO,
  reopened,
  shelfOf,
  taskOf,
  WANG,
} from "../phone/people";
import { Profile, subtle } from "../phone/effects";
import { fromBase64url, fromUtf8 } from "../../src/vault/encoding";
import { Box } from "../../src/vault/keys";
import { agreedKey, fromRecoveryCode, recoveryCode, REQUEST_BYTES } from "../../src/vault/recovery";
import type { Shelf } from "../../src/vault/shelf";
import { waitAfter } from "../../src/vault/tries";

/** Every byte of every database of the profile, as text a thief could search. */
async function dump(profile: Profile): Promise<string> {
  const { indexedDB } = profile;
  const found: string[] = [];
  for (const { name } of await indexedDB.databases()) {
    found.push(name!);
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open(name!);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error as DOMException);
    });
    for (const store of Array.from(db.objectStoreNames)) {
      const rows = await new Promise<unknown[]>((done) => {
        const reading = db.transaction(store).objectStore(store).getAll();
        reading.onsuccess = () => done(reading.result as unknown[]);
      });
      found.push(JSON.stringify(rows, (_key, value: unknown) => readable(value)));
    }
    db.close();
  }
  return found.join("\n");
}

function readable(value: unknown): unknown {
  if (!(value instanceof ArrayBuffer)) return value;
  return `${new TextDecoder("utf-8").decode(value)} ${new TextDecoder("utf-16le").decode(value)}`;
}

describe("what lies on the phone", () => {
  it("holds no name, no ID number, no login and no answer that can be read", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const journal = journalOf(profile, vault);
    await journal.append([
      {
        kind: "answer",
        path: "HTL09",
        value: { name: "孙丽华", id_type: "居民身份证", id_number: "410422199003074829" },
      },
      { kind: "finding", path: "HTL09", value: { text: "未登记旅客孙丽华", corrected_on_site: false } },
    ]);
    await journal.putEvidence("HTL09", PHOTO, {
      purpose: "photo",
      media_type: "image/jpeg",
      source: "camera",
    });
    await vault.putDraft(HOTEL, "HTL09", "孙丽华说她昨晚入住");
    await vault.addNotice({ code: "vault_gone", params: { who: "孙丽华" }, at: "2026-11-22T04:00:00.000Z" });
    const text = await dump(profile);
    expect(text).toContain(HOTEL); // the search does find what is there
    for (const secret of [
      "孙丽华",
      "410422199003074829",
      LI.name,
      LI.login,
      LI.badge_no!,
      taskOf().subject.name,
      PASSWORD,
      "finding",
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it("tells the next person how much of another's work is unsent, and nothing else of it", async () => {
    const profile = new Profile();
    const first = await enrolled(profile, LI);
    await journalOf(profile, first).append([{ kind: "answer", path: "HTL01", value: "pass" }]);
    first.lock();
    const shelf = shelfOf(profile.tab());
    expect(await shelf.unsentBeside(null)).toBe(1);
    const second = await enrolled(profile, WANG);
    expect(await shelf.unsentBeside(second.device)).toBe(1);
    expect(await shelf.unsentBeside(first.device)).toBe(0);
    const mine = journalOf(profile, await shelf.unlock(LI.login, PASSWORD));
    await mine.refresh();
    expect(mine.list()).toHaveLength(1);
  });

  it("cannot be moved about: a sealed row opens in its own place only", async () => {
    const vault = await enrolled(new Profile(), LI);
    const sealed = await vault.box.seal("tasks:one", { secret: 1 });
    expect(await vault.box.open("tasks:one", sealed)).toEqual({ secret: 1 });
    await expect(vault.box.open("tasks:two", sealed)).rejects.toMatchObject({ code: "row_damaged" });
    new Uint8Array(sealed)[20]! ^= 1;
    await expect(vault.box.open("tasks:one", sealed)).rejects.toMatchObject({ code: "row_damaged" });
  });

  it("gives no key out of memory", async () => {
    const vault = await enrolled(new Profile(), LI);
    const reopenedVault = await reopened(new Profile(), LI).catch((thrown: unknown) => thrown);
    expect(reopenedVault).toMatchObject({ code: "no_vault" });
    await expect(subtle.exportKey("pkcs8", vault.signing)).rejects.toThrow();
    await expect(subtle.exportKey("raw", vault.wrapping)).rejects.toThrow();
  });
});

describe("who is next on this phone", () => {
  it("is the only one who has a vault here: his password alone opens it", async () => {
    const profile = new Profile();
    (await enrolled(profile, LI)).lock();
    const shelf = shelfOf(profile.tab());
    expect(await shelf.latest()).not.toBeNull();
    expect((await shelf.unlockLatest(PASSWORD)).person.login).toBe(LI.login);
    await expect(shelf.unlockLatest("not his password")).rejects.toMatchObject({ code: "wrong_password" });
  });

  it("of several is he who worked last and did not log out; else nobody, and nothing says who was here", async () => {
    const profile = new Profile();
    const first = await enrolled(profile, LI);
    const second = await enrolled(profile, WANG);
    const shelf = shelfOf(profile.tab());
    expect(await shelf.latest()).toBeNull();
    await expect(shelf.unlockLatest(PASSWORD)).rejects.toMatchObject({ code: "no_vault" });
    await shelf.turn(first.id);
    first.lock();
    second.lock();
    expect((await shelf.unlockLatest(PASSWORD)).id).toBe(first.id);
    const text = await dump(profile);
    for (const name of [LI.name, LI.login, WANG.name, WANG.login]) expect(text).not.toContain(name);
    await shelf.turn(null);
    expect(await shelf.latest()).toBeNull();
  });

  it("is nobody on a phone without a vault", async () => {
    expect(await shelfOf(new Profile().tab()).latest()).toBeNull();
  });
});

describe("a wrong password", () => {
  it("costs time, more each time, through a kill, and never anything else", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    await journalOf(profile, vault).append([{ kind: "answer", path: "HTL01", value: "pass" }]);
    const shelf = shelfOf(profile.tab());
    for (let n = 0; n < 3; n += 1) {
      await expect(shelf.unlock(LI.login, "wrong")).rejects.toMatchObject({ code: "wrong_password" });
    }
    const killed = shelfOf(profile.tab());
    await expect(killed.unlock(LI.login, PASSWORD)).rejects.toMatchObject({
      code: "unlock_delayed",
      params: { seconds: 5 },
    });
    profile.clock.pass(5000);
    await expect(killed.unlock(LI.login, "wrong")).rejects.toMatchObject({ code: "wrong_password" });
    await expect(killed.unlock(LI.login, "wrong")).rejects.toMatchObject({ params: { seconds: 10 } });
    profile.clock.pass(10_000);
    const opened = journalOf(profile, await killed.unlock(LI.login, PASSWORD));
    await opened.refresh();
    expect(opened.list()).toHaveLength(1);
    await expect(killed.unlock(LI.login, "wrong")).rejects.toMatchObject({ code: "wrong_password" });
  });

  it("is not helped by turning the clock back, nor does the clock lock anybody out", async () => {
    const profile = new Profile();
    await enrolled(profile, LI);
    const shelf = shelfOf(profile.tab());
    for (let n = 0; n < 3; n += 1) await shelf.unlock(LI.login, "wrong").catch(() => undefined);
    profile.clock.set(profile.clock.now() - 365 * 86_400_000);
    await expect(shelf.unlock(LI.login, PASSWORD)).rejects.toMatchObject({
      code: "unlock_delayed",
      params: { seconds: 5 },
    });
    profile.clock.pass(5000);
    await expect(shelf.unlock(LI.login, PASSWORD)).resolves.toBeDefined();
  });

  it("waits at most a quarter of an hour", () => {
    expect([0, 2, 3, 4, 5, 30].map(waitAfter)).toEqual([0, 0, 5000, 10_000, 20_000, 900_000]);
  });
});

describe("a new password", () => {
  it("is taken by an open vault, and the old one opens it no longer", async () => {
    const profile = new Profile();
    const vault = await enrolled(profile, LI);
    const shelf = shelfOf(profile.tab());
    await shelf.rewrap(vault, "neu-2026-sun");
    await expect(shelf.unlock(LI.login, PASSWORD)).rejects.toMatchObject({ code: "wrong_password" });
    const opened = await shelf.unlock(LI.login, "neu-2026-sun");
    expect(await opened.task(HOTEL)).toMatchObject({ task: { id: HOTEL } });
    expect(await shelf.opensWith(vault, "neu-2026-sun")).toBe(true);
    await shelf.rewrap(vault, "drittes-2026");
    await expect(shelf.unlock(LI.login, "drittes-2026")).resolves.toBeDefined();
  });

  it("can be set with the office's answer, read out over the telephone, and that answer serves once", async () => {
    const profile = new Profile();
    await enrolled(profile, LI);
    const shelf = shelfOf(profile.tab());
    const { code: shown, device } = await shelf.recoveryRequest(LI.login);
    expect(shown).toMatch(/^([0-9A-Z]{4}-){4}[0-9A-Z]{2}$/);
    expect((await shelfOf(profile.tab()).recoveryRequest(LI.login)).code).toBe(shown);
    const code = await officeAnswers(shelf, profile);
    await expect(
      shelf.recover(
        LI.login,
        code.replace(/[0-9A-Z]/, (c) => (c === "0" ? "1" : "0")),
        "x",
      ),
    ).rejects.toMatchObject({
      code: "recovery_code_wrong",
    });
    const spoken = code.toLowerCase().replace(/-/g, " ").replace(/0/g, "o");
    const vault = await shelf.recover(LI.login, spoken, "neu-2026-sun");
    expect(await vault.task(HOTEL)).not.toBeNull();
    await expect(shelf.unlock(LI.login, "neu-2026-sun")).resolves.toBeDefined();
    expect((await shelf.recoveryRequest(LI.login)).code).not.toBe(shown);
    await expect(shelf.recover(LI.login, code, "again")).rejects.toMatchObject({
      code: "recovery_code_wrong",
    });
    expect(device).toBe(vault.device);
  });

  it("is not set with the key of another vault", async () => {
    const profile = new Profile();
    await enrolled(profile, LI);
    const shelf = shelfOf(profile.tab());
    const { device } = await shelf.recoveryRequest(LI.login);
    const request = await requestIn(shelf, device);
    const other = await recoveryCode(subtle, new Uint8Array(32).fill(7), request, device);
    await expect(shelf.recover(LI.login, other, "x")).rejects.toMatchObject({ code: "recovery_code_wrong" });
    await expect(shelfOf(profile.tab()).unlock(LI.login, PASSWORD)).resolves.toBeDefined();
  });
});

async function requestIn(shelf: Shelf, device: string): Promise<Uint8Array<ArrayBuffer>> {
  return fromBase64url((await shelf.db.facts.get(`recovery:${device}`))!.value as string);
}

async function officeAnswers(shelf: Shelf, profile: Profile): Promise<string> {
  const { recovery, device } = (await shelfOf(profile.tab()).find(LI.login))!;
  const key = await officeRecovers(recovery, device);
  return recoveryCode(subtle, key, await requestIn(shelf, device), device);
}

/** What the office's side does with wrapped_key: plain ECIES, from the description alone. */
async function officeRecovers(text: string, device: string): Promise<Uint8Array<ArrayBuffer>> {
  const { epk, salt, iv, sealed } = JSON.parse(text) as {
    epk: JsonWebKey;
    salt: string;
    iv: string;
    sealed: string;
  };
  const ephemeral = await subtle.importKey("jwk", epk, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const key = await agreedKey(subtle, office.privateKey, ephemeral, fromBase64url(salt), device, ["decrypt"]);
  const how = { name: "AES-GCM", iv: fromBase64url(iv), additionalData: new TextEncoder().encode(device) };
  return new Uint8Array(await subtle.decrypt(how, key, fromBase64url(sealed)));
}

describe("the recovery code", () => {
  it("brings every key back, to the phone that asked and to no other", async () => {
    const device = "01930000-0000-7000-8000-0000000000d1";
    for (let n = 0; n < 16; n += 1) {
      const key = new Uint8Array(32).map((_, at) => (n * 31 + at * 17) % 256);
      const request = new Uint8Array(REQUEST_BYTES).fill(n);
      const code = await recoveryCode(subtle, key, request, device);
      expect(await fromRecoveryCode(subtle, code, request, device)).toEqual(key);
      expect(await fromRecoveryCode(subtle, code, request, `${device}x`)).not.toEqual(key);
    }
  });
});

it("sealed text is UTF-8 and comes back letter by letter", async () => {
  const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const box = new Box(subtle, new Profile().random, key);
  const sealed = await box.seal("here", "龘𠮷");
  expect(await box.open("here", sealed)).toBe("龘𠮷");
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow();
});
