/**
 * The keys of one vault.
 *
 * password --argon2id--> wrapping key --AES-GCM--> content key --AES-GCM--> every row, and the signing key.
 * The content key and the signing key are in memory as CryptoKeys that cannot be exported. The wrapping key stays
 * in memory too (it can only wrap), so that a new password can be taken without asking for the old one.
 */
import type { PasswordStretcher, Random } from "../app/ports";
import { damagedIsNone } from "./damaged";
import { base64url, fromBase64url, fromUtf8, joined, utf8, type Bytes } from "./encoding";
import { Refusal } from "./refusal";

/** argon2id cost; memory in KiB. RFC 9106's second choice is heavier: 19 MiB, t=2 is what a 2 GB phone bears. */
export interface Cost {
  memory: number;
  passes: number;
  lanes: number;
}
export const COST: Cost = { memory: 19456, passes: 2, lanes: 1 };

/** The content key under the password, as the shelf keeps it (base64url). */
export interface WrappedKey {
  salt: string;
  cost: Cost;
  iv: string;
  key: string;
}

/** Crypto handed in by the container. */
export interface KeyRing {
  subtle: SubtleCrypto;
  random: Random;
  stretcher: PasswordStretcher;
}

const CONTENT = { name: "AES-GCM", length: 256 } as const;
const SIGNING = { name: "ECDSA", namedCurve: "P-256" } as const;
export const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

/** Wrapping key of a password; NFC so that the same letters typed on two keyboards agree. */
export async function wrappingKey(
  ring: KeyRing,
  password: string,
  salt: Bytes,
  cost: Cost,
): Promise<CryptoKey> {
  const raw = await ring.stretcher.stretch(password.normalize("NFC"), salt, cost);
  return ring.subtle.importKey("raw", raw, CONTENT, false, ["wrapKey", "unwrapKey"]);
}

/** A new content key: extractable here only, so that it can be wrapped. */
export async function newContentKey(ring: KeyRing): Promise<CryptoKey> {
  return ring.subtle.generateKey(CONTENT, true, ["encrypt", "decrypt"]);
}

export interface Wrapped {
  wrap: WrappedKey;
  wrapping: CryptoKey;
}

/** Wraps an extractable content key under a password with a fresh salt. `vault` is bound in. */
export async function wrapContentKey(
  ring: KeyRing,
  key: CryptoKey,
  password: string,
  vault: string,
): Promise<Wrapped> {
  const salt = ring.random.bytes(16);
  const iv = ring.random.bytes(12);
  const wrapping = await wrappingKey(ring, password, salt, COST);
  const sealed = await ring.subtle.wrapKey("raw", key, wrapping, gcm(iv, `key:${vault}`));
  const wrap = {
    salt: base64url(salt),
    cost: COST,
    iv: base64url(iv),
    key: base64url(new Uint8Array(sealed)),
  };
  return { wrap, wrapping };
}

/** Opens a wrapped content key. Throws Refusal wrong_password. */
export async function unwrapContentKey(
  ring: KeyRing,
  wrap: WrappedKey,
  wrapping: CryptoKey,
  vault: string,
  extractable = false,
): Promise<CryptoKey> {
  try {
    const sealed = fromBase64url(wrap.key);
    const how = gcm(fromBase64url(wrap.iv), `key:${vault}`);
    return await ring.subtle.unwrapKey("raw", sealed, wrapping, how, CONTENT, extractable, [
      "encrypt",
      "decrypt",
    ]);
  } catch {
    throw new Refusal("wrong_password");
  }
}

/** Imports a content key that the office recovered (32 raw bytes). */
export async function importContentKey(ring: KeyRing, raw: Bytes): Promise<CryptoKey> {
  return ring.subtle.importKey("raw", raw, CONTENT, true, ["encrypt", "decrypt"]);
}

/** The same key for daily use: it cannot be exported. */
export async function withoutExport(ring: KeyRing, key: CryptoKey): Promise<CryptoKey> {
  const raw = await ring.subtle.exportKey("raw", key);
  return ring.subtle.importKey("raw", raw, CONTENT, false, ["encrypt", "decrypt"]);
}

export interface SigningPair {
  publicKey: JsonWebKey;
  /** pkcs8, to be sealed in the vault at once. */
  pkcs8: ArrayBuffer;
}

/** A new device key; its private half leaves this function only as bytes to be sealed. */
export async function newSigningPair(ring: KeyRing): Promise<SigningPair> {
  const pair = await ring.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const jwk = await ring.subtle.exportKey("jwk", pair.publicKey);
  const publicKey: JsonWebKey = { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y };
  return { publicKey, pkcs8: await ring.subtle.exportKey("pkcs8", pair.privateKey) };
}

export async function importSigningKey(ring: KeyRing, pkcs8: ArrayBuffer): Promise<CryptoKey> {
  return ring.subtle.importKey("pkcs8", pkcs8, SIGNING, false, ["sign"]);
}

/**
 * The same key pair for agreeing on a key (ECDH): files for this device are sealed to its public key. ECDSA and ECIES
 * may share a P-256 key pair (Degabriele and others, CT-RSA 2012); so an enrolment needs one key and not two.
 */
export async function importSharingKey(ring: KeyRing, pkcs8: ArrayBuffer): Promise<CryptoKey> {
  return ring.subtle.importKey("pkcs8", pkcs8, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}

/** Public half for checking runs; null when the JWK is not a P-256 key. */
export async function importPublicKey(subtle: SubtleCrypto, jwk: JsonWebKey): Promise<CryptoKey | null> {
  try {
    const { kty, crv, x, y } = jwk;
    return await subtle.importKey("jwk", { kty, crv, x, y }, SIGNING, false, ["verify"]);
  } catch {
    return null;
  }
}

const VERSION = 1;

/**
 * Seals rows: version byte, 12 bytes IV, AES-GCM with the row's place (table and key) as associated data, so that
 * no row can be moved or swapped. Opening throws Refusal row_damaged.
 */
export class Box {
  constructor(
    private readonly subtle: SubtleCrypto,
    private readonly random: Random,
    private readonly key: CryptoKey,
  ) {}

  async sealBytes(place: string, bytes: ArrayBuffer | Bytes): Promise<ArrayBuffer> {
    const iv = this.random.bytes(12);
    const sealed = await this.subtle.encrypt(gcm(iv, place), this.key, bytes);
    return joined(Uint8Array.of(VERSION), iv, new Uint8Array(sealed)).buffer;
  }

  async openBytes(place: string, sealed: ArrayBuffer): Promise<ArrayBuffer> {
    const row = new Uint8Array(sealed);
    if (row[0] !== VERSION) throw new Refusal("row_damaged", { place });
    try {
      return await this.subtle.decrypt(gcm(row.slice(1, 13), place), this.key, row.slice(13));
    } catch {
      throw new Refusal("row_damaged", { place });
    }
  }

  async seal(place: string, value: unknown): Promise<ArrayBuffer> {
    return this.sealBytes(place, utf8(JSON.stringify(value)));
  }

  /** What `seal` was given; the caller knows the shape, since the place is bound in. */
  async open<T>(place: string, sealed: ArrayBuffer): Promise<T> {
    return JSON.parse(fromUtf8(await this.openBytes(place, sealed))) as T;
  }

  /** As `open`; null for a row that the disk has damaged. */
  async readable<T>(place: string, sealed: ArrayBuffer): Promise<T | null> {
    return this.open<T>(place, sealed).catch(damagedIsNone);
  }
}

function gcm(iv: Bytes, place: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: utf8(place) };
}
