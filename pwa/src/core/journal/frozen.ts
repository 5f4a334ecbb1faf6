/** The lists of drawn samples: each that was ever frozen counts. The mirror of server/core/journal/frozen.py. */
import { canonical, type Json } from "../canonical";
import type { Entry, Frozen } from "./types";

/**
 * By item: how many different lists its answers froze, and the reasons given, oldest first. The same list draws the
 * same sample, so two phones that froze it (or one that froze it again) drew once.
 */
export function frozenOf(stated: readonly Entry[]): Record<string, Frozen> {
  const found = new Map<string, { lists: Set<string>; reasons: Set<string> }>();
  for (const { kind, path, value } of stated) {
    if (kind !== "answer" || !isFreeze(value)) continue;
    const { frame, count, reason } = value;
    const listed = frame === undefined ? count : frame;
    if (listed === undefined || listed === null) continue;
    const known = found.get(path) ?? { lists: new Set(), reasons: new Set() };
    found.set(path, known);
    known.lists.add(canonical(listed));
    if (typeof reason === "string" && reason !== "") known.reasons.add(reason);
  }
  return Object.fromEntries(
    [...found].map(([path, { lists, reasons }]) => [path, { lists: lists.size, reasons: [...reasons] }]),
  );
}

function isFreeze(value: Json): value is Readonly<Record<string, Json>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) && "round" in value;
}
