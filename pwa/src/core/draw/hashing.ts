/**
 * The one way DSS1 hashes: fields joined by a bar, in UTF-8, through SHA-256 (docs/draw-specification.md
 * section 2). The mirror of server/core/draw/hashing.py. Numbers are strings before they come here.
 */
import { Refused } from "../refusal";
import { sha256Hex } from "../sha256";

export const SPEC = "DSS1";
const MAX_TEXT = 200;
// C0 and C1 controls, the bar, and the characters a keyboard adds without being seen.
const UNCLEAN = /[\x00-\x1f\x7f-\x9f|\u200b-\u200f\u2028-\u202e\u2060\ufeff]/;
const EDGE = /^[ \u00a0\u3000]|[ \u00a0\u3000]$/;
const EDGES = /^[ \u00a0\u3000\t\r\n]+|[ \u00a0\u3000\t\r\n]+$/g;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?:[^\ud800-\udbff]|^)[\udc00-\udfff]/;
const HEX64 = /^[0-9a-f]{64}$/;
const encoder = new TextEncoder();

/** The draw cannot be announced, executed or amended as asked; the code is the one of Python. */
export class DrawRefused extends Refused {}

/** Lower-case hex SHA-256 of `DSS1|field|field|…`. */
export function tagged(...fields: readonly string[]): string {
  return sha256Hex(encoder.encode([SPEC, ...fields].join("|")));
}

/** Is it 32 bytes written as 64 lower-case hexadecimal characters? */
export function isHex(value: unknown): value is string {
  return typeof value === "string" && HEX64.test(value);
}

/** May it be hashed as it is: 1 to 200 characters, NFC, no bar, control or invisible character, no space at an end? */
export function isClean(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length > 0 &&
    value.length <= MAX_TEXT &&
    !UNCLEAN.test(value) &&
    !EDGE.test(value) &&
    !LONE.test(value) &&
    value.normalize("NFC") === value
  );
}

/** What a person typed as it will be hashed. Throws `text_unclean`. */
export function clean(text: string): string {
  const tidy = text.normalize("NFC").replace(EDGES, "");
  if (!isClean(tidy)) throw new DrawRefused("text_unclean", text.slice(0, 40));
  return tidy;
}
