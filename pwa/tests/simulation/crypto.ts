/**
 * WebCrypto for a world in which a seed repeats everything: the real algorithms by Node's synchronous functions, so
 * that no thread decides what comes first, with keys and ECDSA nonces that chance does not choose. What it seals and
 * signs, any other WebCrypto opens and verifies.
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  verify,
  type JsonWebKey as NodeJwk,
  type KeyObject,
} from "node:crypto";
import type { Random, Signer } from "../../src/app/ports";

type Name = "AES-GCM" | "ECDSA" | "ECDH" | "HKDF";
interface Key {
  type: KeyType;
  algorithm: { name: Name };
  extractable: boolean;
  usages: KeyUsage[];
  /** Bytes of a secret key. */
  raw: Buffer | null;
  pair: KeyObject | null;
}
interface Gcm {
  iv: Uint8Array;
  additionalData?: Uint8Array;
}

const ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const CURVE = "prime256v1";
const TAG = 16;

/** Answers as WebCrypto does, in a microtask. */
export function steadySubtle(random: Random): SubtleCrypto {
  const subtle = {
    generateKey: async (how: { name: Name }, extractable: boolean, usages: KeyUsage[]) => {
      if (how.name === "AES-GCM") return secret(how.name, Buffer.from(random.bytes(32)), extractable, usages);
      const privateKey = createPrivateKey({ key: jwkOf(scalar(random)), format: "jwk" });
      const of = (type: KeyType, pair: KeyObject, out: boolean): Key => ({
        type,
        algorithm: { name: how.name },
        extractable: out,
        usages,
        raw: null,
        pair,
      });
      return {
        privateKey: of("private", privateKey, extractable),
        publicKey: of("public", createPublicKey(privateKey), true),
      };
    },
    importKey: async (
      format: string,
      data: unknown,
      how: Name | { name: Name },
      out: boolean,
      usages: KeyUsage[],
    ) => imported(format, data, typeof how === "string" ? how : how.name, out, usages),
    exportKey: async (format: string, key: Key) => exported(format, key),
    wrapKey: async (_format: string, key: Key, wrapping: Key, how: Gcm) => {
      const raw = exported("raw", key) as ArrayBuffer;
      return sealed(used(wrapping, "wrapKey"), how, raw);
    },
    unwrapKey: async (
      _f: string,
      data: BufferSource,
      by: Key,
      how: Gcm,
      as: { name: Name },
      out: boolean,
      u: KeyUsage[],
    ) => secret(as.name, Buffer.from(opened(used(by, "unwrapKey"), how, data)), out, u),
    encrypt: async (how: Gcm, key: Key, data: BufferSource) => sealed(used(key, "encrypt"), how, data),
    decrypt: async (how: Gcm, key: Key, data: BufferSource) => opened(used(key, "decrypt"), how, data),
    sign: async (_how: unknown, key: Key, data: BufferSource) =>
      signed(used(key, "sign").pair!, bytesOf(data)),
    verify: async (_how: unknown, key: Key, signature: BufferSource, data: BufferSource) =>
      verify(
        "sha256",
        bytesOf(data),
        { key: used(key, "verify").pair!, dsaEncoding: "ieee-p1363" },
        bytesOf(signature),
      ),
    deriveBits: async (how: { public: Key }, key: Key) =>
      plain(diffieHellman({ privateKey: used(key, "deriveBits").pair!, publicKey: how.public.pair! })),
    deriveKey: async (
      how: { salt: Uint8Array; info: Uint8Array },
      key: Key,
      as: { name: Name },
      out: boolean,
      usages: KeyUsage[],
    ) =>
      secret(
        as.name,
        Buffer.from(hkdfSync("sha256", used(key, "deriveKey").raw!, how.salt, how.info, 32)),
        out,
        usages,
      ),
    digest: async (_how: unknown, data: BufferSource) =>
      plain(createHash("sha256").update(bytesOf(data)).digest()),
  };
  return subtle as unknown as SubtleCrypto;
}

/** Signs with the nonce of RFC 6979's idea: from key and message alone. */
export const steadySigner: Signer = {
  sign: async (key, bytes) => new Uint8Array(signed((key as unknown as Key).pair!, bytesOf(bytes))),
};

function secret(name: Name, raw: Buffer, extractable: boolean, usages: KeyUsage[]): Key {
  return { type: "secret", algorithm: { name }, extractable, usages, raw, pair: null };
}

function imported(format: string, data: unknown, name: Name, extractable: boolean, usages: KeyUsage[]): Key {
  if (format === "raw") return secret(name, Buffer.from(bytesOf(data as BufferSource)), extractable, usages);
  if (format === "pkcs8") {
    const key = Buffer.from(bytesOf(data as BufferSource));
    const pair = createPrivateKey({ key, format: "der", type: "pkcs8" });
    return { type: "private", algorithm: { name }, extractable, usages, raw: null, pair };
  }
  const pair = createPublicKey({ key: data as NodeJwk, format: "jwk" });
  return { type: "public", algorithm: { name }, extractable, usages, raw: null, pair };
}

function exported(format: string, key: Key): ArrayBuffer | JsonWebKey {
  if (!key.extractable) throw new DOMException("key is not extractable", "InvalidAccessError");
  if (format === "raw") return plain(key.raw!);
  if (format === "jwk") return key.pair!.export({ format: "jwk" }) as JsonWebKey;
  return plain(key.pair!.export({ format: "der", type: "pkcs8" }));
}

function used(key: Key, usage: KeyUsage): Key {
  if (!key.usages.includes(usage)) throw new DOMException(`not for ${usage}`, "InvalidAccessError");
  return key;
}

function sealed(key: Key, { iv, additionalData }: Gcm, data: BufferSource): ArrayBuffer {
  const cipher = createCipheriv("aes-256-gcm", key.raw!, iv);
  if (additionalData !== undefined) cipher.setAAD(additionalData);
  return plain(Buffer.concat([cipher.update(bytesOf(data)), cipher.final(), cipher.getAuthTag()]));
}

function opened(key: Key, { iv, additionalData }: Gcm, data: BufferSource): ArrayBuffer {
  const bytes = bytesOf(data);
  const decipher = createDecipheriv("aes-256-gcm", key.raw!, iv);
  if (additionalData !== undefined) decipher.setAAD(additionalData);
  decipher.setAuthTag(bytes.subarray(-TAG));
  return plain(Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()]));
}

function scalar(random: Random): bigint {
  return 1n + (numberOf(random.bytes(40)) % (ORDER - 1n));
}

function jwkOf(d: bigint): NodeJwk {
  const point = pointOf(d);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  return {
    kty: "EC",
    crv: "P-256",
    x: x.toString("base64url"),
    y: y.toString("base64url"),
    d: told(d).toString("base64url"),
  };
}

function pointOf(d: bigint): Buffer {
  const curve = createECDH(CURVE);
  curve.setPrivateKey(told(d));
  return curve.getPublicKey();
}

/** r ‖ s over SHA-256. */
function signed(key: KeyObject, message: Uint8Array): ArrayBuffer {
  const d = Buffer.from(key.export({ format: "jwk" }).d!, "base64url");
  const hash = createHash("sha256").update(message).digest();
  const k = 1n + (numberOf(createHmac("sha512", d).update(hash).digest()) % (ORDER - 1n));
  const r = numberOf(pointOf(k).subarray(1, 33)) % ORDER;
  const s = (inverse(k) * (numberOf(hash) + r * numberOf(d))) % ORDER;
  return plain(Buffer.concat([told(r), told(s)]));
}

function inverse(of: bigint): bigint {
  let [a, b, u, v] = [of % ORDER, ORDER, 1n, 0n];
  while (b !== 0n) {
    const q = a / b;
    [a, b, u, v] = [b, a - q * b, v, u - q * v];
  }
  return ((u % ORDER) + ORDER) % ORDER;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function told(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex");
}

function bytesOf(data: BufferSource): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

function plain(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
