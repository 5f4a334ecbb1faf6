/** Making this browser profile a device of a person, and noticing that it once was one. */
import { devicesApi } from "../api/server";
import type { Http } from "../api/http";
import type { Person, SessionAnswer } from "../api/types";
import type { Shelf } from "../vault/shelf";
import type { ShelfVault } from "../vault/schema";
import { codeOf, isRefused, Refusal } from "../vault/refusal";
import type { Vault } from "../vault/vault";
import type { Notice } from "./ports";

/**
 * A note outside IndexedDB of which device this profile was: when the browser has thrown the vault away, the note
 * tells. It holds a device's number and nothing else.
 */
export interface DeviceMark {
  read(): string[];
  add(device: string): void;
}

export interface EnrolmentEffects {
  shelf: Shelf;
  http: Http;
  mark: DeviceMark;
  label: string;
  now: () => string;
}

/** Roles whose holder works offline and therefore has a vault. */
export function needsVault(person: Person): boolean {
  return person.roles.includes("inspector");
}

/** A vault for a person who has just signed in here for the first time, and its device at the server. */
export async function enrol(
  effects: EnrolmentEffects,
  answer: SessionAnswer & { person: Person },
  login: string,
  password: string,
): Promise<Vault> {
  const office = answer.keys.recovery;
  if (office === null) throw new Refusal("recovery_key_invalid");
  const lost = await lostVault(effects);
  const vault = await effects.shelf.create({ login, password, person: answer.person, office });
  effects.mark.add(vault.device);
  if (lost !== null) await vault.addNotice(await toldLoss(effects, lost));
  await register(effects, vault);
  return vault;
}

/**
 * Tells the server of this device, now or at the next contact, and again when a backup has taken the server's place;
 * repeating it is harmless. False: not yet.
 */
export async function register(effects: EnrolmentEffects, vault: Vault): Promise<boolean> {
  const record = await effects.shelf.find(vault.person.login);
  if (record === null || record.device !== vault.device) return false;
  const { epoch } = await vault.syncMark();
  if (record.registered && (await vault.meta("announced")) === epoch) return true;
  try {
    await devicesApi(effects.http).enrol({
      id: vault.device,
      label: effects.label,
      public_key: record.publicKey,
      alg: "ES256",
      wrapped_key: record.recovery,
    });
    await effects.shelf.markRegistered(vault.id);
    await vault.setMeta("announced", epoch);
    return true;
  } catch (thrown) {
    // The vault stands; the device is announced again at the next contact.
    if (!isRefused(thrown)) throw thrown;
    // Told it was, there is only no room to note it.
    return codeOf(thrown) === "quota_full";
  }
}

/** A device this profile once was and whose vault is no longer on the shelf. */
async function lostVault({ shelf, mark }: EnrolmentEffects): Promise<string | null> {
  const here = new Set(await shelf.devices());
  return mark.read().find((device) => !here.has(device)) ?? null;
}

/** Tells the office and the leads; and the person, with when the server last heard of that device. */
async function toldLoss({ http, now }: EnrolmentEffects, device: string): Promise<Notice> {
  const params: Record<string, string | number> = { device };
  try {
    const known = await devicesApi(http).lose(device);
    Object.assign(params, { label: known.label, last_seen: known.last_seen_at ?? "" });
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
  }
  return { code: "vault_gone", params, at: now() };
}

/** Whether this device was revoked, so that what it still sends is kept apart; null when the server does not say. */
export async function isRevoked(http: Http, record: Pick<ShelfVault, "device">): Promise<boolean | null> {
  try {
    const known = (await devicesApi(http).list()).find(({ id }) => id === record.device);
    return known === undefined ? null : (known.revoked_at ?? null) !== null;
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
    return null;
  }
}
