/**
 * A file that carries what push and pull carry, where no line reaches: by cable, by the desk's computer, by the share
 * sheet, or from phone to phone in a cellar. Sealed for one reader, signed by its sender.
 *
 * Layout: the six letters SUICHA, a byte 1, four bytes (big-endian) length of the header, the header (canonical JSON,
 * UTF-8), then the parts one after the other. The header says nothing a stranger may not know:
 * {v:1, kind, from, to, at, epk, salt, parts:[{length, sha256}], signature}. `from` and `to` are device ids, or
 * "server" for the bureau. `sha256` is that of the part as it lies in the file. `signature` is the sender's (ES256,
 * raw r‖s, base64url) over the canonical header without it.
 *
 * Each part is 12 bytes IV and AES-256-GCM under the key that ECDH(epk, reader) and HKDF-SHA256 (salt; info INFO + to)
 * give, with "part:<n>" as associated data. Part 0 is a JSON object (see sync/files.ts); further parts are evidence
 * bytes, in the order part 0 lists them. The reader of a bureau's file is the device's own key pair; the reader of a
 * phone's file is the bureau's recovery key, or the other phone's device key.
 */
import type { Random } from "../app/ports";
import { canonicalBytes } from "../core/canonical";
import { toHex } from "../core/sha256";
import { base64url, fromBase64url, fromUtf8, joined, utf8, type Bytes } from "./encoding";
import { importPublicKey, SIGNATURE } from "./keys";
import { Refusal } from "./refusal";

export const PACKET_INFO = "suicha packet v1:";
const MAGIC = utf8("SUICHA\u0001");
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const LONGEST_HEADER = 4_000_000;

export type PacketKind = "entries" | "tasks";

export interface PacketHeader {
  v: 1;
  kind: PacketKind;
  from: string;
  to: string;
  /** ISO UTC. */
  at: string;
  epk: JsonWebKey;
  salt: string;
  parts: { length: number; sha256: string }[];
  signature: string;
}

export interface Writing {
  subtle: SubtleCrypto;
  random: Random;
  kind: PacketKind;
  from: string;
  to: string;
  at: string;
  /** Public key of the reader. */
  reader: JsonWebKey;
  sign: (bytes: Bytes) => Promise<Bytes>;
}

/** Builds the file; `parts` are read one by one, so that thirty photos are never in memory at once. */
export async function writePacket(
  how: Writing,
  parts: (() => Promise<ArrayBuffer | Bytes>)[],
): Promise<Blob> {
  const { subtle, random } = how;
  const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const salt = random.bytes(16);
  const key = await partKey(subtle, pair.privateKey, await publicKey(subtle, how.reader), salt, how.to);
  const sealed: Blob[] = [];
  const told: PacketHeader["parts"] = [];
  for (const [number, part] of parts.entries()) {
    const iv = random.bytes(12);
    const secret = await subtle.encrypt(gcm(iv, number), key, await part());
    const whole = joined(iv, new Uint8Array(secret));
    told.push({ length: whole.length, sha256: await digestOf(subtle, whole) });
    // A blob may be kept on the disk by the browser; an array may not.
    sealed.push(new Blob([whole]));
  }
  const { x, y } = await subtle.exportKey("jwk", pair.publicKey);
  const { kind, from, to, at } = how;
  const body = {
    v: 1,
    kind,
    from,
    to,
    at,
    epk: { kty: "EC", crv: "P-256", x, y },
    salt: base64url(salt),
    parts: told,
  };
  const signature = base64url(await how.sign(canonicalBytes(body)));
  const header = canonicalBytes({ ...body, signature });
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length);
  return new Blob([MAGIC, length, header, ...sealed], { type: "application/x-suicha" });
}

/** A file that was opened: its header, and its parts on demand. */
export interface Packet {
  header: PacketHeader;
  /** Refusals: packet_damaged. */
  part(number: number): Promise<ArrayBuffer>;
  json<T>(number: number): Promise<T>;
}

export interface Reading {
  subtle: SubtleCrypto;
  /** Our own id and private ECDH key. */
  own: { id: string; key: CryptoKey };
  /** The sender's public key; null for somebody we do not know. */
  sender: (from: string) => JsonWebKey | null;
}

/** Opens and checks a file. Refusals: packet_unreadable · packet_not_for_us · packet_sender_unknown · packet_damaged. */
export async function readPacket({ subtle, own, sender }: Reading, file: Blob): Promise<Packet> {
  const { header, start } = await headerOf(file);
  if (header.to !== own.id) throw new Refusal("packet_not_for_us");
  await checkSignature(subtle, header, sender(header.from));
  const key = await partKey(
    subtle,
    own.key,
    await publicKey(subtle, header.epk),
    fromBase64url(header.salt),
    own.id,
  );
  const places = header.parts.map(({ length }, number) => {
    const before = header.parts.slice(0, number).reduce((sum, part) => sum + part.length, 0);
    return { from: start + before, to: start + before + length };
  });
  const part = async (number: number): Promise<ArrayBuffer> => {
    const place = places[number];
    if (place === undefined) throw new Refusal("packet_damaged");
    const whole = new Uint8Array(await file.slice(place.from, place.to).arrayBuffer());
    if ((await digestOf(subtle, whole)) !== header.parts[number]!.sha256) throw new Refusal("packet_damaged");
    try {
      return await subtle.decrypt(gcm(whole.slice(0, 12), number), key, whole.slice(12));
    } catch {
      throw new Refusal("packet_damaged");
    }
  };
  return { header, part, json: async <T>(number: number) => JSON.parse(fromUtf8(await part(number))) as T };
}

async function headerOf(file: Blob): Promise<{ header: PacketHeader; start: number }> {
  const head = new Uint8Array(await file.slice(0, MAGIC.length + 4).arrayBuffer());
  if (head.length < MAGIC.length + 4 || MAGIC.some((byte, at) => head[at] !== byte)) {
    throw new Refusal("packet_unreadable");
  }
  const length = new DataView(head.buffer).getUint32(MAGIC.length);
  const start = MAGIC.length + 4 + length;
  if (length > LONGEST_HEADER || file.size < start) throw new Refusal("packet_damaged");
  try {
    const header = JSON.parse(
      fromUtf8(await file.slice(MAGIC.length + 4, start).arrayBuffer()),
    ) as PacketHeader;
    if (header.v !== 1) throw new Refusal("packet_newer");
    if (!Array.isArray(header.parts) || !header.parts.every(isPart)) throw new Refusal("packet_unreadable");
    return { header, start };
  } catch (thrown) {
    throw thrown instanceof Refusal ? thrown : new Refusal("packet_unreadable");
  }
}

function isPart({ length, sha256 }: PacketHeader["parts"][number]): boolean {
  return Number.isSafeInteger(length) && length >= 28 && typeof sha256 === "string";
}

async function checkSignature(
  subtle: SubtleCrypto,
  header: PacketHeader,
  jwk: JsonWebKey | null,
): Promise<void> {
  const key = jwk === null ? null : await importPublicKey(subtle, jwk);
  if (key === null) throw new Refusal("packet_sender_unknown");
  const { signature, ...body } = header;
  if (!(await proves(subtle, key, signature, body))) throw new Refusal("packet_damaged");
}

/** False also for what is no signature at all. */
async function proves(
  subtle: SubtleCrypto,
  key: CryptoKey,
  signature: string,
  body: object,
): Promise<boolean> {
  try {
    return await subtle.verify(SIGNATURE, key, fromBase64url(signature), canonicalBytes(body));
  } catch {
    return false;
  }
}

async function publicKey(subtle: SubtleCrypto, { kty, crv, x, y }: JsonWebKey): Promise<CryptoKey> {
  try {
    return await subtle.importKey("jwk", { kty, crv, x, y }, CURVE, false, []);
  } catch {
    throw new Refusal("packet_unreadable");
  }
}

async function partKey(
  subtle: SubtleCrypto,
  own: CryptoKey,
  other: CryptoKey,
  salt: Bytes,
  to: string,
): Promise<CryptoKey> {
  const shared = await subtle.deriveBits({ name: "ECDH", public: other }, own, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(PACKET_INFO + to) };
  return subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function gcm(iv: Bytes, number: number): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: utf8(`part:${number}`) };
}

async function digestOf(subtle: SubtleCrypto, bytes: Bytes): Promise<string> {
  return toHex(new Uint8Array(await subtle.digest("SHA-256", bytes)));
}
