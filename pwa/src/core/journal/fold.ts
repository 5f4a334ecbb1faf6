/**
 * State = fold(entries): what a set of statements says together. The mirror of
 * server/core/journal/fold.py, held to it by tests/vectors/journal.
 *
 * The result depends on the set only, never on arrival order, clocks or repeats.
 */
import { type ById, covered, flags, indexed } from "./chain";
import { evidenceOf } from "./evidence";
import { frozenOf } from "./frozen";
import { headsOf } from "./heads";
import { presenceOf } from "./presence";
import { settle, settleRows } from "./settle";
import { signatures } from "./signatures";
import { isContent, oldestFirst, said } from "./statement";
import {
  SERVER,
  type AdmitValue,
  type Entry,
  type ReturnValue,
  type SignValue,
  type State,
  type SubmitValue,
} from "./types";

/** Fold checked entries of one inspection; `inspection` leaves out those of any other. */
export function fold(entries: Iterable<Entry>, inspection?: string): State {
  const byId = indexed(entries);
  if (inspection !== undefined) {
    for (const entry of byId.values()) if (entry.inspection !== inspection) byId.delete(entry.id);
  }
  const ordered = [...byId.values()].sort(oldestFirst);
  const { round, returned } = currentRound(ordered);
  const closing = ordered.filter((entry) => entry.kind === "received" && roundOf(entry) === round);
  const late = lateOnes(ordered, byId, closing);
  const live = late.size === 0 ? ordered : ordered.filter((entry) => !late.has(entry.id));
  const heads = headsOf(live);
  const settled = settleRows(heads, settle(heads));
  const frozen = frozenOf(live);
  return {
    ...settled,
    ...(Object.keys(frozen).length > 0 ? { frozen } : {}),
    ...evidenceOf(live),
    comments: ordered
      .filter((entry) => entry.kind === "comment")
      .map((entry) => ({ ...said(entry), text: (entry.value as { text: string }).text })),
    signatures: signatures(ordered, byId, live),
    round,
    phase: phaseOf(ordered, byId, new Set(closing.map((entry) => entry.id)), round),
    closed: closing.length > 0,
    returned,
    late: [...late].sort(),
    presence: presenceOf(live.filter((entry) => entry.kind === "presence")),
    flags: flags(byId),
  };
}

function roundOf(entry: Entry): number {
  return (entry.value as unknown as SubmitValue).round;
}

/** The round we are in, and the return that opened it: the highest number any return names. */
function currentRound(ordered: readonly Entry[]): Pick<State, "round" | "returned"> {
  let round = 1;
  let returned: State["returned"] = null;
  for (const entry of ordered) {
    if (entry.kind !== "return" || roundOf(entry) <= round) continue;
    round = roundOf(entry);
    returned = { ...said(entry), value: entry.value as unknown as ReturnValue };
  }
  return { round, returned };
}

/**
 * Statements about the visit that no closing of this round covers and nobody admitted. After a
 * restored backup the server's chain may have forked: then every closing counts.
 */
function lateOnes(ordered: readonly Entry[], byId: ById, closing: readonly Entry[]): Set<string> {
  const late = new Set<string>();
  if (closing.length === 0) return late;
  const taken = new Set<string>();
  for (const entry of closing) {
    for (const id of covered(entry.value as unknown as SubmitValue, byId)) taken.add(id);
  }
  for (const entry of ordered) {
    if (entry.kind === "admit") for (const id of (entry.value as unknown as AdmitValue).ids) taken.add(id);
  }
  for (const entry of ordered) {
    if ((isContent(entry) || entry.kind === "presence") && !taken.has(entry.id)) late.add(entry.id);
  }
  return late;
}

/** Signed off when the lead signed, on the server, what closed this very round. */
function phaseOf(
  ordered: readonly Entry[],
  byId: ById,
  closing: ReadonlySet<string>,
  round: number,
): State["phase"] {
  for (const entry of ordered) {
    if (entry.kind !== "sign" || entry.device !== SERVER) continue;
    const value = entry.value as unknown as SignValue;
    if (value.role === "lead" && [...covered(value, byId)].some((id) => closing.has(id))) return "signed_off";
  }
  const submitted = ordered.some((entry) => entry.kind === "submit" && roundOf(entry) === round);
  if (closing.size > 0 || submitted) return "submitted";
  return round > 1 ? "returned" : "open";
}
