/**
 * Entries: how one is made, and what is checked before one is believed. The mirror of
 * server/core/journal/entry.py: `identify` is the least that must hold for an entry to be kept,
 * `check` what it takes to be part of the record.
 */
import { isInstant } from "../calendar";
import { NotCanonical, digest } from "../canonical";
import { Refused } from "../refusal";
import { ascending, either, integer, isObject, nothing, type Shape } from "../shapes";
import { uuid5 } from "../uuid5";
import { SERVER, type Entry, type EntryBody, type Kind } from "./types";
import { DEVICE, ID, LARGEST_SEQ, UUID, VALUES } from "./values";

/** An entry that is not part of any record; the code says why. */
export class BadEntry extends Refused {}

const LONGEST_SKEW = 8_000_000_000_000; // 253 years: a phone with a flat battery wakes up in 1970

const ITEM = "[A-Z]{2,6}[0-9]{0,4}";
const ROW = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ITEM_PATH = new RegExp(`^${ITEM}$`);
const ROW_PATH = new RegExp(`^${ITEM}/${ROW}$`);
const CELL_PATH = new RegExp(`^${ITEM}/${ROW}/[a-z][a-z0-9_]{0,40}$`);
const WHOLE = /^$/;
const PATHS: Readonly<Partial<Record<Kind, readonly RegExp[]>>> = {
  answer: [ITEM_PATH, CELL_PATH],
  row: [ROW_PATH],
  evidence: [ITEM_PATH, ROW_PATH],
  mark: [ITEM_PATH, ROW_PATH],
  withdraw: [ITEM_PATH, ROW_PATH],
  finding: [ITEM_PATH, ROW_PATH],
  comment: [WHOLE, ITEM_PATH, ROW_PATH, CELL_PATH],
};

const FIELD_SHAPES: readonly (readonly [keyof EntryBody, string, Shape])[] = [
  ["inspection", "inspection_wrong", UUID],
  ["author", "author_wrong", UUID],
  ["device", "device_wrong", DEVICE],
  ["seq", "seq_wrong", integer(1, LARGEST_SEQ)],
  ["prev", "prev_wrong", either(nothing, ID)],
  ["at", "at_wrong", isInstant],
  ["skew_ms", "skew_wrong", integer(-LONGEST_SKEW, LONGEST_SKEW)],
  ["replaces", "replaces_wrong", ascending(ID, 10_000)],
];
const PLACING = FIELD_SHAPES.slice(0, 5);
const SERVER_KINDS: readonly string[] = ["return", "admit", "received"];
const ONLY_ADDING: readonly string[] = [
  "sign",
  "submit",
  "comment",
  "return",
  "admit",
  "received",
  "presence",
  "evidence",
];
const FIELDS = [...FIELD_SHAPES.map(([name]) => name), "id", "kind", "path", "value"].sort().join();

/** The id of an entry: the SHA-256 of its canonical JSON without `id`; throws NotCanonical. */
export function entryId(entry: EntryBody | Record<string, unknown>): string {
  const { id: _, ...body } = entry as Record<string, unknown>;
  return digest(body);
}

/** Make an entry of a body; throws BadEntry as `check` and NotCanonical. */
export function seal(body: EntryBody): Entry {
  const entry: Entry = { ...body, id: entryId(body) };
  check(entry);
  return entry;
}

/** The id of what somebody sent when it may be kept at all; throws `entry_unreadable` or `entry_id_wrong`. */
export function identify(wire: unknown): string {
  if (!isObject(wire)) throw new BadEntry("entry_unreadable");
  for (const [name, , shape] of PLACING) {
    if (!shape(wire[name])) throw new BadEntry("entry_unreadable", name);
  }
  const expected = idOrUnreadable(wire);
  if (wire["id"] !== expected) throw new BadEntry("entry_id_wrong", String(wire["id"]).slice(0, 64));
  return expected;
}

function idOrUnreadable(wire: Record<string, unknown>): string {
  try {
    return entryId(wire);
  } catch (error) {
    if (error instanceof NotCanonical) throw new BadEntry("entry_unreadable", error.code);
    throw error;
  }
}

/** Accept an entry whose every field is in order; throws BadEntry with the codes of entry.py. */
export function check(entry: unknown): asserts entry is Entry {
  if (!isObject(entry) || Object.keys(entry).sort().join() !== FIELDS) throw new BadEntry("entry_fields");
  for (const [name, code, shape] of FIELD_SHAPES) {
    if (!shape(entry[name])) throw new BadEntry(code, name);
  }
  if ((entry["seq"] === 1) !== (entry["prev"] === null)) throw new BadEntry("prev_wrong");
  const kind = readKind(entry);
  const path = entry["path"];
  if (typeof path !== "string" || !(PATHS[kind] ?? [WHOLE]).some((pattern) => pattern.test(path))) {
    throw new BadEntry("path_wrong", `${kind} at ${String(path)}`);
  }
  if (!VALUES[kind](entry["value"])) throw new BadEntry("value_wrong", `${kind} at ${path}`);
  checkReplaces(kind, (entry["replaces"] as readonly string[]).length);
}

function readKind(entry: Record<string, unknown>): Kind {
  const kind = entry["kind"];
  if (typeof kind !== "string" || !Object.prototype.hasOwnProperty.call(VALUES, kind)) {
    throw new BadEntry("kind_unknown", String(kind).slice(0, 40));
  }
  if (SERVER_KINDS.includes(kind) && entry["device"] !== SERVER) throw new BadEntry("server_only", kind);
  return kind as Kind;
}

/** Acts and evidence only add; a withdrawal is about one piece of evidence. */
function checkReplaces(kind: Kind, count: number): void {
  if (count > 0 && ONLY_ADDING.includes(kind)) throw new BadEntry("replaces_wrong", kind);
  if (kind === "withdraw" && count !== 1) throw new BadEntry("replaces_wrong", kind);
}

/** The id of a catalogue or drawn row: uuid5, the same on every phone. */
export function rowId(inspection: string, item: string, key: string): string {
  return uuid5(inspection, `${item}/${key}`);
}
