/**
 * The one way a value becomes bytes: RFC 8785, restricted. The mirror of server/core/canonical.py,
 * held to it by tests/vectors/canonical: ASCII keys, arrays, strings, integers up to 2^53-1,
 * true, false, null. Text is brought into NFC by the edge that takes it in, never here.
 */
import { Refused } from "./refusal";
import { sha256Hex } from "./sha256";

/** What may be signed or stored: JSON without fractions. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const MAX_DEPTH = 64;

/** The value has no canonical form; `code` says why, as in Python. */
export class NotCanonical extends Refused {}

const encoder = new TextEncoder();

/**
 * Canonical JSON of `value`. Throws NotCanonical with `float`, `integer_out_of_range`,
 * `key_not_ascii`, `lone_surrogate`, `not_json` or `too_deep`.
 */
export function canonical(value: unknown): string {
  return write(value, 1);
}

/** The UTF-8 bytes of the canonical JSON; throws as `canonical`. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(canonical(value));
}

/** Lower-case hex SHA-256 of the canonical JSON; throws as `canonical`. */
export function digest(value: unknown): string {
  return sha256Hex(canonicalBytes(value));
}

function write(value: unknown, depth: number): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      return writeInteger(value);
    case "object":
      break;
    default:
      throw new NotCanonical("not_json", typeof value);
  }
  if (depth > MAX_DEPTH) throw new NotCanonical("too_deep");
  if (Array.isArray(value)) {
    return `[${value.map((member: unknown) => write(member, depth + 1)).join(",")}]`;
  }
  return writeObject(value, depth);
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonical("not_json", "class");
  const members = Object.entries(value).map(([key, member]): [string, string] => {
    if (!/^[\x00-\x7f]*$/.test(key)) throw new NotCanonical("key_not_ascii", key);
    return [key, write(member, depth + 1)];
  });
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;
}

function writeInteger(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  // JSON.parse turns any integer beyond 2^53 into a whole double: the same fault as in Python.
  throw new NotCanonical(Number.isInteger(value) ? "integer_out_of_range" : "float", String(value));
}

function writeString(value: string): string {
  const text = JSON.stringify(value);
  // Well-formed JSON.stringify (ES2019) escapes lone surrogates and nothing else as \ud8xx..\udfxx.
  if (text.includes("\\ud") && hasLoneSurrogate(value)) throw new NotCanonical("lone_surrogate");
  return text;
}

function hasLoneSurrogate(value: string): boolean {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/.test(value);
}
