/**
 * Who may do what to an inspection, and when: the mirror of server/core/lifecycle.py. Screens ask
 * `may` for what they offer; the server asks `allow` for what it does.
 */
import type { Phase } from "./journal/types";
import { Refused } from "./refusal";

export type Part = "inspector" | "lead";
export type Action =
  "state" | "comment" | "collect_signature" | "submit" | "return" | "admit" | "sign_off" | "erase";

interface Rule {
  readonly who: readonly Part[];
  readonly when: readonly Phase[];
  /** The server must have received the submitted round: before that there is nothing to decide on. */
  readonly receipt?: true;
}

const ANY: readonly Phase[] = ["open", "submitted", "returned", "signed_off"];

const ACTIONS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // What an inspector states after submission is still kept; the fold calls it late.
  ["state", { who: ["inspector"], when: ANY }],
  ["comment", { who: ["inspector", "lead"], when: ANY }],
  ["collect_signature", { who: ["inspector"], when: ["open", "returned"] }],
  ["submit", { who: ["inspector"], when: ["open", "returned"] }],
  ["return", { who: ["lead"], when: ["submitted"], receipt: true }],
  ["admit", { who: ["lead"], when: ["submitted", "signed_off"] }],
  ["sign_off", { who: ["lead"], when: ["submitted"], receipt: true }],
  ["erase", { who: ["lead"], when: ANY }],
]);

export class NotAllowed extends Refused {}

/** Throws NotAllowed: `action_unknown`, `not_your_part`, `not_in_this_phase` or `not_received_yet`. */
export function allow(action: string, parts: readonly Part[], phase: Phase, closed: boolean): void {
  const rule = ACTIONS.get(action);
  if (rule === undefined) throw new NotAllowed("action_unknown", action);
  if (!rule.who.some((part) => parts.includes(part))) throw new NotAllowed("not_your_part", action);
  if (!rule.when.includes(phase)) throw new NotAllowed("not_in_this_phase", `${action} when ${phase}`);
  if (rule.receipt && !closed) throw new NotAllowed("not_received_yet", action);
}

/** Whether `allow` would return. */
export function may(action: Action, parts: readonly Part[], phase: Phase, closed: boolean): boolean {
  try {
    allow(action, parts, phase, closed);
    return true;
  } catch (error) {
    if (error instanceof NotAllowed) return false;
    throw error;
  }
}
