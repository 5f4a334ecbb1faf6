/**
 * Result codes: what each class of failure proposes and which of several holds. The mirror of
 * server/core/results.py. A proposal is never a decision.
 */
import { Refused } from "./refusal";

export class UnknownResult extends Refused {}

/** Strongest first. */
export const PRECEDENCE = [
  "UNREACHABLE",
  "NO_ACTIVITY",
  "UNCOOPERATIVE",
  "PENDING",
  "ORDERED_RECTIFY",
  "NO_PROBLEM",
] as const;
export type ResultCode = (typeof PRECEDENCE)[number];

const OF_CLASS: ReadonlyMap<string, ResultCode> = new Map([
  ["W", "NO_PROBLEM"],
  ["R0", "ORDERED_RECTIFY"],
  ["R", "ORDERED_RECTIFY"],
  ["C", "PENDING"],
  ["X", "PENDING"],
  ["K", "PENDING"],
  ["U", "UNCOOPERATIVE"],
] as const);

/** The one result of several; none at all is NO_PROBLEM. Throws `result_unknown`. */
export function overall(codes: Iterable<string>): ResultCode {
  const found = new Set(codes);
  const known = new Set<string>(PRECEDENCE);
  for (const code of found) if (!known.has(code)) throw new UnknownResult("result_unknown", code);
  return PRECEDENCE.find((code) => found.has(code)) ?? "NO_PROBLEM";
}

/** The result that a failure class proposes; throws `class_unknown`. */
export function ofClass(failureClass: string): ResultCode {
  const code = OF_CLASS.get(failureClass);
  if (code === undefined) throw new UnknownResult("class_unknown", failureClass);
  return code;
}
