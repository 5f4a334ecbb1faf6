/**
 * When work that has not reached the bureau is worth a warning. The one rule: in the evening what waits should go up
 * before people go home; what is still here on a later day should have gone up yesterday.
 */

import type { SyncStatus } from "./ports";

/** The hour (Asia/Shanghai) from which on it is evening, unless the bureau says otherwise. */
export const EVENING_HOUR = 17;
const CHINA_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type Unsynced = "unsynced_evening" | "unsynced_overnight";

/** `oldest`: UTC ms of the oldest thing that waits, null when nothing does. Days and hours are China's. */
export function unsyncedWarning(now: number, oldest: number | null, hour = EVENING_HOUR): Unsynced | null {
  if (oldest === null) return null;
  if (chinaDay(oldest) < chinaDay(now)) return "unsynced_overnight";
  return (now + CHINA_MS) % DAY_MS >= hour * HOUR_MS ? "unsynced_evening" : null;
}

/** How many things the server does not have; what it holds apart it has. */
export function unsentOf({ entries, photos, refused }: SyncStatus["waiting"]): number {
  return entries + photos + refused;
}

/** ms until the answer may change by the clock alone: this evening, or midnight. */
export function untilNextLook(now: number, hour = EVENING_HOUR): number {
  const sinceMidnight = (now + CHINA_MS) % DAY_MS;
  const evening = hour * HOUR_MS;
  return (sinceMidnight < evening ? evening : DAY_MS) - sinceMidnight;
}

function chinaDay(ms: number): number {
  return Math.floor((ms + CHINA_MS) / DAY_MS);
}
