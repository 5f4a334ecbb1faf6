/** Whether the officers are still there: what the screens ask when a visit was interrupted or goes on another day. */
import type { State } from "@/core/journal/types";

const AWAY_MS = 30 * 60_000;
const FORGOTTEN_MS = 4 * 3_600_000;

/**
 * `since` is the ISO moment from which the visit has rested. `left`: somebody stated the departure, longer ago than
 * one goes out to the car. `forgotten`: nobody did, and nothing was stated for hours. null: the visit is under way,
 * has not begun, or was on paper.
 */
export interface Rest {
  why: "left" | "forgotten";
  since: string;
}

export function resting(
  presence: State["presence"],
  entries: readonly { readonly at: string }[],
  now: number,
): Rest | null {
  const stay = presence.stays[presence.stays.length - 1];
  if (stay === undefined || presence.typed_at !== undefined) return null;
  if (stay.left_at !== null) {
    return now - Date.parse(stay.left_at) < AWAY_MS ? null : { why: "left", since: stay.left_at };
  }
  const last = entries.reduce((latest, { at }) => (at > latest ? at : latest), stay.arrived_at);
  return now - Date.parse(last) < FORGOTTEN_MS ? null : { why: "forgotten", since: last };
}

/** Whether this person is there now, by what was stated. */
export function isHere(presence: State["presence"], person: string | undefined): boolean {
  const stay = presence.stays[presence.stays.length - 1];
  return stay !== undefined && stay.left_at === null && person !== undefined && stay.people.includes(person);
}
