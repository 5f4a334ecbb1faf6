/** Invented people, a hotel and its inspection, as the server would send them. */
import type { Person, Task } from "../../src/api/types";
import type { Effects } from "../../src/app/ports";
import { Journal } from "../../src/vault/journal";
import { Shelf } from "../../src/vault/shelf";
import type { Vault } from "../../src/vault/vault";
import { subtle, type Profile } from "./effects";

const unit = { id: "01930000-0000-7000-8000-00000000000a", name: "治安管理大队", kind: "brigade" };

export const LI: Person = {
  id: "01930000-0000-7000-8000-000000000001",
  name: "李建国",
  login: "lijianguo",
  badge_no: "041207",
  unit,
  roles: ["inspector"],
};
export const WANG: Person = {
  id: "01930000-0000-7000-8000-000000000002",
  name: "王晓梅",
  login: "wangxiaomei",
  badge_no: "041233",
  unit,
  roles: ["inspector"],
};

export const HOTEL = "01930000-0000-7000-8000-0000000000b1";
export const CHECKLIST = "c".repeat(64);

export function taskOf(id = HOTEL, inspectors: Person[] = [LI, WANG]): Task {
  return {
    id,
    number: "叶公随查〔2026〕第17号",
    state: "dispatched",
    source: "draw",
    joint: false,
    subject: {
      id: "01930000-0000-7000-8000-0000000000c1",
      statutory_id: "91410422MA44QY7R3X",
      name: "昆阳春天宾馆",
      trade: "hotel",
      address: "叶县昆阳街道中心街18号",
      township: "昆阳街道",
      station: "昆阳派出所",
      phone: "03758051234",
      contact: "赵敏",
      legal_rep: "赵敏",
      size: "42",
      lat: "33.62700",
      lng: "113.35100",
      attributes: {},
    },
    items: [{ code: "HOTEL", name: "旅馆业治安管理检查", unit: "治安管理大队" }],
    checklists: [CHECKLIST],
    inspectors: inspectors.map((person, slot) => ({
      person_id: person.id,
      name: person.name,
      badge_no: person.badge_no ?? "",
      cert_no: `16040${slot}`,
      cert_expires_on: "2028-12-31",
      slot,
    })),
    window: { from: "2026-11-20", to: "2026-11-30" },
    approval: { number: "叶公审〔2026〕3号", approved_by: "周立", approved_on: "2026-11-18" },
    notice: { number: "叶公通〔2026〕9号" },
    visit_number: 1,
    visit_cap: 2,
    bring: ["执法记录仪"],
    draw: { number: "2026-04", certificate_digest: "d".repeat(64) },
  };
}

const officePair = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
/** The office's recovery key pair, of which a phone sees the public half only. */
export const office = {
  privateKey: officePair.privateKey,
  jwk: await subtle.exportKey("jwk", officePair.publicKey),
};

export const PASSWORD = "昆阳2026-rain";

export function shelfOf(effects: Effects): Shelf {
  const { indexedDB, keyRange, subtle: crypto, random, stretcher, clock, signer } = effects;
  return new Shelf({
    databases: { indexedDB, keyRange },
    ring: { subtle: crypto, random, stretcher },
    clock,
    signer,
  });
}

/** A vault with the hotel's task in it. */
export async function enrolled(profile: Profile, person: Person, password = PASSWORD): Promise<Vault> {
  const vault = await shelfOf(profile.tab()).create({
    login: person.login,
    password,
    person,
    office: office.jwk,
  });
  await vault.putTask(taskOf());
  return vault;
}

/** The same vault as another tab, or the same tab after a kill, sees it. */
export async function reopened(profile: Profile, person: Person, password = PASSWORD): Promise<Vault> {
  return shelfOf(profile.tab()).unlock(person.login, password);
}

export function journalOf(profile: Profile, vault: Vault, changed: Partial<Effects> = {}): Journal {
  return new Journal(vault, HOTEL, profile.tab(changed));
}

export const PHOTO = new Uint8Array(1500).map((_, at) => (at * 7) % 251).buffer;

/** What the office reads from a request code: ten bytes in sixteen letters of Crockford's base32. */
export function requestIn(code: string): Uint8Array<ArrayBuffer> {
  const letters = [...code.replace(/-/g, "")].slice(0, 16);
  const bits = letters.map((letter) =>
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Uint8Array.from(bits.join("").match(/.{8}/g)!, (byte) => parseInt(byte, 2));
}
