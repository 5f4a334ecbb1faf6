/**
 * The content key sealed for the office, so that a forgotten password or a dead account loses nothing.
 *
 * ECIES: ephemeral ECDH on P-256, HKDF-SHA256 (salt: 16 random bytes, info: INFO + device id), AES-256-GCM with
 * the device id as associated data. It travels as JSON text in `wrapped_key` of POST /api/devices:
 * {"v":1,"alg":"ECDH-ES+HKDF-SHA256+A256GCM","epk":JWK,"salt":b64u,"iv":b64u,"sealed":b64u}.
 *
 * To get it back the phone shows a request (ten random bytes, bound to the device), and the office answers with a
 * code: the content key under a pad that only this request gives, in Crockford base32 with two check letters, in
 * groups of four, to be read out over the telephone. The phone forgets the request once it was used, so a code that
 * was overheard or is found later opens nothing.
 */
import type { Random } from "../app/ports";
import { sha256 } from "../core/sha256";
import { base64url, joined, utf8, type Bytes } from "./encoding";
import { Refusal } from "./refusal";

export const INFO = "suicha vault recovery v1:";
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Seals 32 raw bytes for the office's public key. Throws Refusal recovery_key_invalid. */
export async function sealForOffice(
  subtle: SubtleCrypto,
  random: Random,
  office: JsonWebKey,
  contentKey: ArrayBuffer,
  device: string,
): Promise<string> {
  const officeKey = await importOffice(subtle, office);
  const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const salt = random.bytes(16);
  const iv = random.bytes(12);
  const key = await agreedKey(subtle, pair.privateKey, officeKey, salt, device, ["encrypt"]);
  const how = { name: "AES-GCM", iv, additionalData: utf8(device) };
  const sealed = await subtle.encrypt(how, key, contentKey);
  const { x, y } = await subtle.exportKey("jwk", pair.publicKey);
  return JSON.stringify({
    v: 1,
    alg: "ECDH-ES+HKDF-SHA256+A256GCM",
    epk: { kty: "EC", crv: "P-256", x, y },
    salt: base64url(salt),
    iv: base64url(iv),
    sealed: base64url(new Uint8Array(sealed)),
  });
}

async function importOffice(subtle: SubtleCrypto, { kty, crv, x, y }: JsonWebKey): Promise<CryptoKey> {
  try {
    return await subtle.importKey("jwk", { kty, crv, x, y }, CURVE, false, []);
  } catch {
    throw new Refusal("recovery_key_invalid");
  }
}

/** The AES key both sides arrive at; exported for the test that plays the office. */
export async function agreedKey(
  subtle: SubtleCrypto,
  own: CryptoKey,
  other: CryptoKey,
  salt: Bytes,
  device: string,
  use: KeyUsage[],
): Promise<CryptoKey> {
  const shared = await subtle.deriveBits({ name: "ECDH", public: other }, own, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(INFO + device) };
  return subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, use);
}

const PAD = "suicha recovery request v1";
export const REQUEST_BYTES = 10;

/** What the phone shows: 16 letters and two check letters that depend on the device too. */
export function requestCode(request: Bytes, device: string): string {
  return grouped(base32(request) + base32(sha256(joined(request, utf8(device)))).slice(0, 2));
}

/** The office's answer to a request, for the test that plays the office. */
export async function recoveryCode(
  subtle: SubtleCrypto,
  key: Bytes,
  request: Bytes,
  device: string,
): Promise<string> {
  const masked = under(key, await padOf(subtle, request, device));
  return grouped(base32(masked) + base32(sha256(masked)).slice(0, 2));
}

/** Back to the 32 bytes; spaces, hyphens, case, and O I L are forgiven. Throws Refusal recovery_code_wrong. */
export async function fromRecoveryCode(
  subtle: SubtleCrypto,
  code: string,
  request: Bytes,
  device: string,
): Promise<Bytes> {
  const text = code.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (text.length !== 54) throw new Refusal("recovery_code_wrong");
  const masked = fromBase32(text.slice(0, 52), 32);
  if (base32(sha256(masked)).slice(0, 2) !== text.slice(52)) throw new Refusal("recovery_code_wrong");
  return under(masked, await padOf(subtle, request, device));
}

async function padOf(subtle: SubtleCrypto, request: Bytes, device: string): Promise<Bytes> {
  const base = await subtle.importKey("raw", request, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: utf8(device), info: utf8(PAD) };
  return new Uint8Array(await subtle.deriveBits(how, base, 256));
}

function under(bytes: Bytes, pad: Bytes): Bytes {
  return bytes.map((byte, at) => byte ^ pad[at]!);
}

function grouped(letters: string): string {
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

function fromBase32(text: string, length: number): Bytes {
  const out = new Uint8Array(length);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new Refusal("recovery_code_wrong");
    held = ((held << 5) | value) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 255;
    }
  }
  return out;
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(held >> bits) & 31]!;
    }
  }
  return bits > 0 ? text + LETTERS[(held << (5 - bits)) & 31]! : text;
}
