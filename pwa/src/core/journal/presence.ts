/** When the officers were there: the mirror of server/core/journal/presence.py. */
import { formatInstant, parseInstant } from "../calendar";
import { said } from "./statement";
import type { Entry, PresenceValue, State, Stay } from "./types";

const SHANGHAI_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Start, end (null while somebody is there) and stays of the visit, in server time. A visit on paper is stated
 * afterwards with the times written there; `typed_at` is then when that was first done.
 */
export function presenceOf(stated: readonly Entry[]): State["presence"] {
  const stays = staysOf(stated);
  const typed = stated.filter((entry) => statedAt(entry) !== undefined).map(saidAt);
  return {
    started_at: stays[0]?.arrived_at ?? null,
    ended_at: stays[stays.length - 1]?.left_at ?? null,
    stays,
    arrivals: stated.map((entry) => ({ ...said(entry), value: entry.value as unknown as PresenceValue })),
    ...(typed.length > 0 ? { typed_at: formatInstant(Math.min(...typed)) } : {}),
  };
}

/**
 * From an arrival to the last departure before the next arrival. Who arrives again on another day (Shanghai)
 * begins a new stay, also where nobody stated the departure. A departure before every arrival says nothing.
 */
function staysOf(stated: readonly Entry[]): Stay[] {
  const stays: { arrived_at: string; left_at: string | null; people: string[] }[] = [];
  let began = 0;
  for (const { at, event, author } of stated.map(momentOf).sort(earlier)) {
    const stay = stays[stays.length - 1];
    if (event === "left") {
      if (stay !== undefined) stay.left_at = formatInstant(at);
    } else if (
      stay === undefined ||
      stay.left_at !== null ||
      (stay.people.includes(author) && dayOf(at) !== dayOf(began))
    ) {
      stays.push({ arrived_at: formatInstant(at), left_at: null, people: [author] });
      began = at;
    } else {
      stay.people = [...new Set([...stay.people, author])].sort();
    }
  }
  return stays;
}

interface Moment {
  readonly at: number;
  readonly event: PresenceValue["event"];
  readonly author: string;
}

function momentOf(entry: Entry): Moment {
  const { event } = entry.value as unknown as PresenceValue;
  const stated = statedAt(entry);
  const said = saidAt(entry);
  // Nobody states what has not been yet.
  const at = stated === undefined ? said : Math.min(said, parseInstant(stated));
  return { at, event, author: entry.author };
}

function saidAt(entry: Entry): number {
  return parseInstant(entry.at) + entry.skew_ms;
}

function statedAt(entry: Entry): string | undefined {
  return (entry.value as unknown as PresenceValue).stated_at;
}

function earlier(left: Moment, right: Moment): number {
  if (left.at !== right.at) return left.at - right.at;
  if (left.event !== right.event) return left.event < right.event ? -1 : 1;
  return left.author < right.author ? -1 : left.author > right.author ? 1 : 0;
}

function dayOf(at: number): number {
  return Math.floor((at + SHANGHAI_MS) / DAY_MS);
}
