/** Freezing a roster (specification section 3): the mirror of server/core/draw/roster.py. */
import { canonical } from "../canonical";
import { sha256Hex } from "../sha256";
import { DrawRefused, isHex, tagged } from "./hashing";
import type { Line } from "./types";

const ID = /^[a-z][a-z0-9_]{0,15}:[0-9A-Za-z._-]{1,64}(#[0-9A-Za-z._-]{1,32})?$/;
const CODE = /^[0-9A-Za-z._-]{1,64}$/;
const TAG = /^[0-9A-Za-z._/-]{1,60}$/;
const encoder = new TextEncoder();

/** Is it a ticket id: `kind:code` or `kind:code#site`, ASCII, no bar? */
export function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

/** Does it name a stratum, pool, item, household or district? */
export function isTag(value: unknown): value is string {
  return typeof value === "string" && TAG.test(value);
}

/** The statutory ticket id; a code with other characters enters as a hash. Throws `id_malformed`. */
export function statutoryId(kind: string, code: string, site: string | null = null): string {
  const written = code === "" || CODE.test(code) ? code : `x-${tagged("code", code).slice(0, 32)}`;
  const text = site === null ? `${kind}:${written}` : `${kind}:${written}#${site}`;
  if (!isId(text)) throw new DrawRefused("id_malformed", text);
  return text;
}

/** What the plan publishes about the salt. */
export function saltCommitment(draw: string, salt: string): string {
  if (!isHex(salt)) throw new DrawRefused("salt_malformed");
  return tagged("salt", draw, salt);
}

/** The pseudonym of an identity for one draw; `kind` is `i` (inspector) or `p` (premises). */
export function pseudonym(kind: string, salt: string, identity: string): string {
  if (!isHex(salt)) throw new DrawRefused("salt_malformed");
  return `${kind}:${tagged("pseudonym", salt, identity).slice(0, 32)}`;
}

/** ASCII strings in the order of their bytes. */
export function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The roster file as text. Throws `id_malformed`, `stratum_malformed`, `district_malformed`, `roster_duplicate`. */
export function rosterLines(lines: readonly Line[]): string {
  const ordered = [...lines].sort((left, right) => byText(left.id, right.id));
  let previous = "";
  return ordered
    .map((line) => {
      if (!isId(line.id)) throw new DrawRefused("id_malformed", line.id);
      if (!isTag(line.stratum)) throw new DrawRefused("stratum_malformed", line.stratum);
      if (line.id === previous) throw new DrawRefused("roster_duplicate", line.id);
      if (line.district !== undefined && !isTag(line.district)) {
        throw new DrawRefused("district_malformed", line.district);
      }
      previous = line.id;
      return `${canonical(row(line))}\n`;
    })
    .join("");
}

function row(line: Line): Line {
  const { id, stratum, district } = line;
  return district === undefined ? { id, stratum } : { district, id, stratum };
}

/** The lines of a roster file. Throws `roster_malformed` when the text is not what `rosterLines` writes. */
export function parseRoster(text: string): Line[] {
  let written: string;
  let lines: Line[];
  try {
    lines = text
      .split("\n")
      .slice(0, -1)
      .map((line) => row(JSON.parse(line) as Line));
    written = rosterLines(lines);
  } catch (error) {
    throw new DrawRefused("roster_malformed", String(error).slice(0, 80));
  }
  if (written !== text) throw new DrawRefused("roster_malformed", "not in canonical form");
  return lines;
}

/** SHA-256 of a roster file. */
export function rosterDigest(text: string): string {
  return sha256Hex(encoder.encode(text));
}
