/**
 * The drawn sample, chosen by arithmetic that anyone can repeat; the mirror of
 * server/core/checklist/sample.py, which says how and why.
 */
import { digest, type Json } from "../canonical";
import { Refused } from "../refusal";
import { uuid5 } from "../uuid5";
import type { Draw } from "./types";

const MAX_FRAME = 2000;
const THING = /^[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff_-]{0,19}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** frame_shape, frame_too_long, frame_name, frame_duplicate, frame_round. */
export class BadFrame extends Refused {}

/** The things of a frame answer in the order given. Throws BadFrame. */
export function frameOf(value: Json, kind: Draw["frame"]): string[] {
  const fields = asObject(value);
  if (fields === null || !Number.isInteger(fields.round) || (fields.round as number) < 1) {
    throw new BadFrame("frame_round");
  }
  if (typeof fields.reason !== "string") throw new BadFrame("frame_shape", "reason");
  if (kind === "count") return counted(fields.count);
  const things = fields.frame;
  if (!Array.isArray(things)) throw new BadFrame("frame_shape", "frame");
  if (things.length > MAX_FRAME) throw new BadFrame("frame_too_long");
  const names = things.map((thing: Json): string => {
    if (typeof thing !== "string" || !THING.test(thing)) throw new BadFrame("frame_name", String(thing));
    return thing;
  });
  if (new Set(names).size !== names.length) throw new BadFrame("frame_duplicate");
  return names;
}

function asObject(value: Json): { readonly [key: string]: Json | undefined } | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return value as { readonly [key: string]: Json | undefined };
}

function counted(count: Json | undefined): string[] {
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0)
    throw new BadFrame("frame_shape", "count");
  if (count > MAX_FRAME) throw new BadFrame("frame_too_long");
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

/** How many are drawn from `total`: the percentage, at least `min`, at most `max`, never more than there are. */
export function sizeOf(total: number, rule: Draw): number {
  let wanted = Math.max(rule.min, Math.ceil((total * rule.percent) / 100));
  if (rule.max !== undefined) wanted = Math.min(wanted, rule.max);
  return Math.min(total, wanted);
}

/** The `size` drawn things in the order of the frame. */
export function draw(inspection: string, item: string, frame: readonly string[], size: number): string[] {
  const frozen = digest(frame);
  const tickets = frame.map((thing, index) => ({ ticket: digest([inspection, item, frozen, thing]), index }));
  tickets.sort((left, right) => (left.ticket < right.ticket ? -1 : left.ticket > right.ticket ? 1 : 0));
  const chosen = tickets.slice(0, size).map(({ index }) => index);
  return chosen.sort((left, right) => left - right).map((index) => frame[index]!);
}

/** The id of a row that the system makes: the same on every phone. Throws Refused (inspection_id). */
export function rowId(inspection: string, item: string, key: string): string {
  if (!UUID.test(inspection)) throw new Refused("inspection_id", inspection);
  return uuid5(inspection, `${item}/${key}`);
}
